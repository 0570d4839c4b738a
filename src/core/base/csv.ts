/** Formats one line of CSV (RFC 4180). An apostrophe stops spreadsheets from running an untrusted cell as a formula. */
export const toCsvLine = (cells: readonly string[]): string => cells.map(toCell).join(',');

const toCell = (text: string): string => `"${text.replace(/^(?=[=+\-@\t\r\n])/, "'").replaceAll('"', '""')}"`;
