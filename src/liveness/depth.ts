/**
 * Relative depth of the 68 points of a face. Derived from pairs of photos in different poses (the first singular vector
 * over 2,384 pairs, made symmetric; `npm run eval -- face-depth`).
 */
export const faceDepth: readonly number[] = [
  // Jaw, from the ear on the left of the picture to the other
  -0.297, -0.272, -0.25, -0.228, -0.192, -0.14, -0.079, -0.018, 0.005, -0.018, -0.079, -0.14, -0.192, -0.228, -0.25,
  -0.272, -0.297,
  // Brows
  -0.044, 0.004, 0.045, 0.075, 0.095, 0.095, 0.075, 0.045, 0.004, -0.044,
  // Nose
  0.096, 0.13, 0.167, 0.201, 0.105, 0.124, 0.136, 0.124, 0.105,
  // Eyes
  -0.019, 0.009, 0.017, 0.014, 0.016, 0.008, 0.014, 0.017, 0.009, -0.019, 0.008, 0.016,
  // Lips, outside
  -0.005, 0.066, 0.106, 0.111, 0.106, 0.066, -0.005, 0.045, 0.078, 0.084, 0.078, 0.045,
  // Lips, inside
  0.006, 0.091, 0.099, 0.091, 0.006, 0.082, 0.088, 0.082,
];
