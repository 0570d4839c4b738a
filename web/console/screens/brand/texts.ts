import { loadTexts } from '../../../../locales/compiled/console/brand/load.js';
import { defineTexts } from '../../frame/words.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);

export const colourNames = ['accent', 'accentDark', 'ground', 'groundDark'] as const;
export type ColourName = (typeof colourNames)[number];
