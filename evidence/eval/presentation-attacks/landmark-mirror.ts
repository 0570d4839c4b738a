/** Index of each landmark's mirror image, in 300-W numbering. */
export const mirrored: readonly number[] = [
  ...Array.from({ length: 17 }, (_, at) => 16 - at),
  ...Array.from({ length: 10 }, (_, at) => 26 - at),
  ...[27, 28, 29, 30, 35, 34, 33, 32, 31],
  ...[45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],
  ...[54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55],
  ...[64, 63, 62, 61, 60, 67, 66, 65],
];
