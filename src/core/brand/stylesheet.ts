import { type ChosenColours, paletteOf, type SchemeColours } from './palette.js';

const toDeclarations = ({ ground, accent, accentInk, accentSoft }: SchemeColours): string =>
  `--ground:${ground};--accent:${accent};--accent-ink:${accentInk};--accent-soft:${accentSoft}`;

export function toStylesheet(chosen: ChosenColours): string {
  const { light, dark } = paletteOf(chosen);
  return `:root{${toDeclarations(light)}}\n@media (prefers-color-scheme: dark){:root{${toDeclarations(dark)}}}\n`;
}
