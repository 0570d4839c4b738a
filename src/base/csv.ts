/**
 * Formats one line of CSV (RFC 4180). A cell that looks like a formula gets an apostrophe in front, so that
 * spreadsheets do not run it.
 */
export const toCsvLine = (cells: readonly string[]): string => cells.map(toCell).join(',');

const toCell = (text: string): string => `"${text.replace(/^(?=[=+\-@\t\r\n])/, "'").replaceAll('"', '""')}"`;
