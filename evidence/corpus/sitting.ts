/**
 * The sitting a photo was taken in, where the name of its file tells: person_glasses_position_session_number, as NUAA has it,
 * all of digits. `null` where it does not tell.
 */
export const sittingOf = (file: string): string | null => /^\d+_\d+_\d+_(\d+)_\d+\.\w+$/.exec(file)?.[1] ?? null;
