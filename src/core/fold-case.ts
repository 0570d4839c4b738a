/** Returns a text in a form in which names that differ in case or Unicode form are equal. */
export const foldCase = (text: string): string => text.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
