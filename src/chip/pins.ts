/**
 * The pins of an emulated chip, as what is wired to them sees them.
 *
 * Corrected of rp2040js 1.4.1: a pad's reset value is 0x56 (its input is enabled; RP2040 data sheet 2.19.6.3), and all
 * pins are read at once without asking thirty of them.
 */
import type { Chip } from './rp2040js.js';

const PAD_RESET = 0x56;
const IO_BANK0 = 0x40014;
/** State of a pin that is an output; there are others of inputs. */
const HIGH = 1;

export class Pins {
  readonly #chip: Chip;
  /** What the inputs read, a bit each. */
  #inputs = 0;

  constructor(chip: Chip) {
    this.#chip = chip;
    for (const pin of chip.gpio) {
      pin.padValue = PAD_RESET;
      const set = pin.setInputValue.bind(pin);
      const bit = 1 << pin.index;
      pin.setInputValue = (value) => {
        set(value);
        this.#inputs = pin.inputValue ? this.#inputs | bit : this.#inputs & ~bit;
      };
    }
    // An override turns what an input reads.
    const bank = chip.peripherals[IO_BANK0]!;
    const write = bank.writeUint32.bind(bank);
    bank.writeUint32 = (offset, value) => {
      write(offset, value);
      this.#inputs = chip.gpio.reduce((all, pin) => (pin.inputValue ? all | (1 << pin.index) : all), 0);
    };
    Object.defineProperty(chip, 'gpioValues', { get: () => this.#inputs });
  }

  /** Drives an input. */
  drive(pin: number, high: boolean): void {
    this.#chip.gpio[pin]!.setInputValue(high);
  }

  /** Tells whenever the level changes that the chip drives; what it does not drive is low. */
  watch(pin: number, changed: (high: boolean) => void): void {
    let before: boolean | undefined;
    this.#chip.gpio[pin]!.addListener((state) => {
      const high = state === HIGH;
      if (high !== before) changed(high);
      before = high;
    });
  }
}
