import { type Colour, contrastOf, mix } from '../core/colour.js';

/* Colors that a brand can choose. A test compares the defaults with web/shared/look.css. */

export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

/** Colors of a brand. `null` selects the default. */
export interface ChosenColours {
  readonly accent: Colour | null;
  /** Accent on dark screens. The default is the readable color nearest to `accent`. */
  readonly accentDark: Colour | null;
  readonly ground: Colour | null;
  readonly groundDark: Colour | null;
}

export type SchemeColours = Readonly<Record<'ground' | 'accent' | 'accentInk' | 'accentSoft', Colour>>;

export type Palette = Readonly<Record<Scheme, SchemeColours>>;

/** Default colors, by CSS custom property. */
export const ownColours = {
  light: {
    ground: '#eef1f4',
    card: '#ffffff',
    ink: '#16202b',
    inkSoft: '#4c5a68',
    lineStrong: '#76828e',
    accent: '#0b5a6e',
    accentInk: '#ffffff',
    accentSoft: '#e2f0f3',
    bad: '#a3212a',
    focus: '#0a5fd0',
  },
  dark: {
    ground: '#10161c',
    card: '#1a222b',
    ink: '#eef2f5',
    inkSoft: '#b3bfca',
    lineStrong: '#8593a0',
    accent: '#74cfe2',
    accentInk: '#06222a',
    accentSoft: '#1d3740',
    bad: '#ff9a9f',
    focus: '#8fc0ff',
  },
} as const satisfies Record<Scheme, Record<string, Colour>>;

/** Minimum contrast of WCAG 2.2, level AA, for text (1.4.3) and for other elements (1.4.11). */
const leastOf = { text: 4.5, sign: 3 } as const;

/** Share of the text color that is mixed into a button while the pointer is over it. */
const hoverShare = 0.06;

const softShare = 0.14;

export type Contrast = {
  readonly scheme: Scheme;
  readonly colour: 'accent' | 'ground';
  readonly against: string;
  /** Contrast ratio, rounded down, so that an insufficient one is never displayed as sufficient. */
  readonly ratio: number;
  readonly needed: number;
  readonly nearest: Colour | null;
};

/** A color that must be distinguishable from the given one, with the least contrast. */
type Demand = readonly [against: string, other: Colour, needed: number];

function demandsOfAccent(scheme: Scheme, accent: Colour, ground: Colour): readonly Demand[] {
  const { card, ink } = ownColours[scheme];
  return [
    ['the card', card, leastOf.text],
    ['the card under a pointer', mix(card, ink, hoverShare), leastOf.text],
    ['the ground', ground, leastOf.text],
    ['the ground under a pointer', mix(ground, ink, hoverShare), leastOf.text],
    ['its own tint', mix(card, accent, softShare), leastOf.sign],
    ['the text on a button', inkFor(scheme), leastOf.text],
  ];
}

function demandsOfGround(scheme: Scheme): readonly Demand[] {
  const { inkSoft, bad, lineStrong, focus } = ownColours[scheme];
  return [
    ['the text on it', inkSoft, leastOf.text],
    ['a message on it', bad, leastOf.text],
    ['the border of a field', lineStrong, leastOf.sign],
    ['the frame of what has the focus', focus, leastOf.sign],
  ];
}

/** Returns the color of text on a chosen accent. */
const inkFor = (scheme: Scheme): Colour => (scheme === 'light' ? '#ffffff' : '#000000');

const extremeOf = {
  accent: { light: '#000000', dark: '#ffffff' },
  ground: { light: '#ffffff', dark: '#000000' },
} as const satisfies Record<Contrast['colour'], Record<Scheme, Colour>>;

const isEnough = (colour: Colour, [, other, needed]: Demand): boolean => contrastOf(colour, other) >= needed;

/** Mixes the color step by step with `extreme`. Returns the first mixture with enough contrast, or else `extreme`. */
function findNearest(colour: Colour, extreme: Colour, demandsOf: (tried: Colour) => readonly Demand[]): Colour {
  for (let step = 0; step < 255; step += 1) {
    const tried = mix(colour, extreme, step / 255);
    if (demandsOf(tried).every((each) => isEnough(tried, each))) return tried;
  }
  return extreme;
}

const nearestAccent = (scheme: Scheme, accent: Colour, ground: Colour): Colour =>
  findNearest(accent, extremeOf.accent[scheme], (tried) => demandsOfAccent(scheme, tried, ground));

export function paletteOf(chosen: ChosenColours): Palette {
  const ground = { light: chosen.ground ?? ownColours.light.ground, dark: chosen.groundDark ?? ownColours.dark.ground };
  const derived = chosen.accent === null ? null : nearestAccent('dark', chosen.accent, ground.dark);
  const accent = { light: chosen.accent, dark: chosen.accentDark ?? derived };
  const toColours = (scheme: Scheme): SchemeColours => {
    const own = ownColours[scheme];
    const used = accent[scheme];
    return {
      ground: ground[scheme],
      accent: used ?? own.accent,
      accentInk: used === null ? own.accentInk : inkFor(scheme),
      accentSoft: used === null ? own.accentSoft : mix(own.card, used, softShare),
    };
  };
  return { light: toColours('light'), dark: toColours('dark') };
}

/** Returns every pair of colors that the brand changes, with its required contrast. */
export function findContrasts(chosen: ChosenColours): Contrast[] {
  const palette = paletteOf(chosen);
  return schemes.flatMap((scheme) => {
    const { accent, ground } = palette[scheme];
    const nearestGround = findNearest(ground, extremeOf.ground[scheme], () => demandsOfGround(scheme));
    const measure =
      (colour: Contrast['colour'], used: Colour, nearest: () => Colour) =>
      (demand: Demand): Contrast => ({
        scheme,
        colour,
        against: demand[0],
        ratio: Math.floor(contrastOf(used, demand[1]) * 100) / 100,
        needed: demand[2],
        nearest: isEnough(used, demand) ? null : nearest(),
      });
    return [
      ...demandsOfAccent(scheme, accent, ground).map(
        measure('accent', accent, () => nearestAccent(scheme, accent, nearestGround)),
      ),
      ...demandsOfGround(scheme).map(measure('ground', ground, () => nearestGround)),
    ];
  });
}

const toDeclarations = ({ ground, accent, accentInk, accentSoft }: SchemeColours): string =>
  `--ground:${ground};--accent:${accent};--accent-ink:${accentInk};--accent-soft:${accentSoft}`;

export function toStylesheet(chosen: ChosenColours): string {
  const { light, dark } = paletteOf(chosen);
  return `:root{${toDeclarations(light)}}\n@media (prefers-color-scheme: dark){:root{${toDeclarations(dark)}}}\n`;
}
