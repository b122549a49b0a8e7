/** What `emit/` writes of a front end. */
import type { CField } from '../types.js';

export interface FrontendForC {
  /** Header of the class, as the firmware includes it. */
  readonly header: string;
  /** Its constructor takes the tables, then each buffer. */
  readonly className: string;
  /** The struct of its constants, and their values in its order. */
  readonly tablesType: string;
  readonly tables: readonly CField[];
  /** Whether a model's input depends on its whole window: `Frontend::needs_window()`. */
  readonly needsWindow: boolean;
  /** Memory that the front end works in, beside the object itself. */
  readonly buffers: readonly {
    readonly name: string;
    readonly ctype: 'int16_t' | 'uint16_t' | 'int32_t' | 'uint32_t' | 'float' | 'BandState';
    /** Elements. */
    readonly length: number;
  }[];
}
