/** A serial port of this machine, as the operating system knows it. */
export interface PortInfo {
  readonly path: string;
  /** Four upper-case hex digits. */
  readonly vendorId?: string;
  readonly productId?: string;
  readonly serialNumber?: string;
  readonly manufacturer?: string;
  readonly description?: string;
}
