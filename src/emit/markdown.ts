/** Untrusted text in Markdown: one line that means itself, also inside a table. */
export function markdownText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|!&~]/g, '\\$&');
}
