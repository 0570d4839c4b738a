/** Head movements. Left and right are the person's own. */
export const movements = ['centre', 'left', 'right', 'up', 'down'] as const;
export type Movement = (typeof movements)[number];
