/**
 * How far each of the 68 points stands out of a face, and how much the cheeks and ears lie back; only the proportions
 * count. Not drawn from a head: it is what pairs of photos of one person, turned differently, differ by once the best
 * affine map between them is taken off (the first singular vector over 2,384 pairs of one half of the evaluation people,
 * made symmetric; `npm run eval -- face-depth`).
 */
export const faceDepth: readonly number[] = [
  // jaw, from the ear on the left of the picture to the other
  -0.297, -0.272, -0.25, -0.228, -0.192, -0.14, -0.079, -0.018, 0.005, -0.018, -0.079, -0.14, -0.192, -0.228, -0.25,
  -0.272, -0.297,
  // brows
  -0.044, 0.004, 0.045, 0.075, 0.095, 0.095, 0.075, 0.045, 0.004, -0.044,
  // nose
  0.096, 0.13, 0.167, 0.201, 0.105, 0.124, 0.136, 0.124, 0.105,
  // eyes
  -0.019, 0.009, 0.017, 0.014, 0.016, 0.008, 0.014, 0.017, 0.009, -0.019, 0.008, 0.016,
  // lips, outside
  -0.005, 0.066, 0.106, 0.111, 0.106, 0.066, -0.005, 0.045, 0.078, 0.084, 0.078, 0.045,
  // lips, inside
  0.006, 0.091, 0.099, 0.091, 0.006, 0.082, 0.088, 0.082,
];
