/**
 * Rates of a UART, in baud. A board's own is its file's `monitorBaud`, kws.json's `boards` may set another; both ends
 * take it from there (KWS_SERIAL_BAUD in the firmware, `monitor_speed` in platformio.ini, the host's session).
 */

/** What other programs speak: a board whose file says nothing else, and firmware that answers them. */
export const USUAL_BAUD = 115_200;

/** Carries 16-bit samples at 16 kHz in base64 (46 KB a second); bridges of boards with an ESP32 take it for uploads. */
export const FAST_BAUD = 921_600;
