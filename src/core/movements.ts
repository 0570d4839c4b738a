/** What the person in front of the camera is asked to do; left and right are their own. */
export const movements = ['centre', 'left', 'right', 'up', 'down'] as const;
export type Movement = (typeof movements)[number];
