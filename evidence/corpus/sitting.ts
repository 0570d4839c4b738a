/** Returns the number of a photo's recording session from its file name (the NUAA data set's scheme), or `null`. */
export const sittingOf = (file: string): string | null => /^\d+_\d+_\d+_(\d+)_\d+\.\w+$/.exec(file)?.[1] ?? null;
