import { loadTexts } from '../../../../locales/compiled/console/help-desk/load.js';
import { defineTexts } from '../../frame/words.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);
