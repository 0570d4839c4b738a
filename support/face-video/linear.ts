/*
 * Converts between sRGB levels and linear light (IEC 61966-2-1). Uses tables, because a conversion runs for each
 * channel of each pixel.
 */

const toLight = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

const toValue = (light: number): number => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);

export const lightOfLevel: Float32Array = Float32Array.from({ length: 256 }, (_, level) => toLight(level / 255));

const steps = 16_384;
const levels = Float32Array.from({ length: steps + 1 }, (_, at) => 255 * toValue(at / steps));

/** Returns the unrounded sRGB level, 0 to 255, of linear light. */
export const toLevel = (light: number): number => levels[light < 1 ? (light * steps + 0.5) | 0 : steps];
