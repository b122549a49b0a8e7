/** As much of a page as its script uses: elements, text, attributes, events; canvases that are asked and draw nothing. */
type Listener = () => void;

export class FakeElement {
  readonly tag: string;
  id = '';
  className = '';
  hidden = false;
  disabled = false;
  value = '';
  parentNode: FakeElement | undefined;
  childNodes: FakeElement[] = [];
  readonly style: Record<string, string> = {};
  readonly attributes: Record<string, string> = {};
  readonly listeners: Record<string, Listener[]> = {};
  #text = '';

  constructor(tag: string) {
    this.tag = tag;
  }

  get textContent(): string {
    return this.#text + this.childNodes.map((child) => child.textContent).join('');
  }
  set textContent(text: string) {
    this.childNodes = [];
    this.#text = text;
  }
  get lastChild(): FakeElement | undefined {
    return this.childNodes.at(-1);
  }
  append(...nodes: (FakeElement | string)[]): void {
    for (const node of nodes) this.childNodes.push(this.#own(node));
  }
  prepend(node: FakeElement): void {
    this.childNodes.unshift(this.#own(node));
  }
  replaceChildren(): void {
    this.textContent = '';
  }
  remove(): void {
    const around = this.parentNode!;
    around.childNodes = around.childNodes.filter((node) => node !== this);
  }
  setAttribute(name: string, value: string): void {
    this.attributes[name] = value;
  }
  addEventListener(type: string, listener: Listener): void {
    this.listeners[type] = [...(this.listeners[type] ?? []), listener];
  }
  fire(type: string): void {
    for (const listener of this.listeners[type] ?? []) listener();
  }
  /** All below with this tag or class. */
  all(name: string): FakeElement[] {
    const own = this.tag === name || this.className.split(' ').includes(name) ? [this] : [];
    return [...own, ...this.childNodes.flatMap((child) => child.all(name))];
  }
  getContext(): object {
    const image = (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) });
    return new Proxy(
      {},
      { get: (_, name) => (name === 'createImageData' ? image : () => {}), set: () => true },
    );
  }

  #own(node: FakeElement | string): FakeElement {
    const element = typeof node === 'string' ? new FakeElement('#text') : node;
    if (typeof node === 'string') element.textContent = node;
    element.parentNode = this;
    return element;
  }
}

/** The elements with an id of an HTML text, each below an element that stands for what is around it. */
export function elementsOf(html: string): Map<string, FakeElement> {
  return new Map(
    [...html.matchAll(/<(\w+)[^>]*? id="([\w-]+)"([^>]*)>/g)].map(([, tag, id, rest]) => {
      const element = new FakeElement(tag!);
      element.id = id!;
      element.hidden = / hidden/.test(rest!);
      const around = new FakeElement('section');
      around.hidden = true;
      around.append(element);
      return [id!, element];
    }),
  );
}
