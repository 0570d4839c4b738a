/**
 * Formats one line of CSV (RFC 4180) without its line break. An apostrophe disarms cells that a spreadsheet would take
 * as a formula, because names are untrusted.
 */
export const toCsvLine = (cells: readonly string[]): string => cells.map(toCell).join(',');

const toCell = (text: string): string => `"${text.replace(/^(?=[=+\-@\t\r\n])/, "'").replaceAll('"', '""')}"`;
