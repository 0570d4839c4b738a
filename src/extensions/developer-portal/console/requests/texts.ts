import { loadTexts } from '../../../../../locales/compiled/console/requests/load.js';
import { defineTexts } from '../../../../../web/console/frame/words.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);
