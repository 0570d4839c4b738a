import { loadTexts } from '../../../../locales/compiled/console/operations/load.js';
import { defineTexts } from '../../frame/words.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);
