/** Somebody who can be asked; absent where nobody is there. */
export interface Asker {
  choose<T extends string>(question: string, options: readonly { value: T; hint: string }[]): Promise<T>;
  text(question: string, example: string): Promise<string>;
}
