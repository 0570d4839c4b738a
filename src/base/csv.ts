/**
 * One line of CSV (RFC 4180), without its line break. A cell that a spreadsheet would take for a formula begins with an
 * apostrophe: names are other people's.
 */
export const toCsvLine = (cells: readonly string[]): string => cells.map(toCell).join(',');

const toCell = (text: string): string => `"${text.replace(/^(?=[=+\-@\t\r\n])/, "'").replaceAll('"', '""')}"`;
