/** What is wrong with one part of a model (a layer, a node); whoever walks the parts adds where, and goes on. */
export class UnreadableError extends Error {
  constructor(
    readonly what: string,
    readonly next: string,
  ) {
    super(what);
  }
}
