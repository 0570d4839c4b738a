/**
 * Formats one line of CSV (RFC 4180), without a line break. Because names are untrusted, an apostrophe stops
 * spreadsheets from running a cell as a formula.
 */
export const toCsvLine = (cells: readonly string[]): string => cells.map(toCell).join(',');

const toCell = (text: string): string => `"${text.replace(/^(?=[=+\-@\t\r\n])/, "'").replaceAll('"', '""')}"`;
