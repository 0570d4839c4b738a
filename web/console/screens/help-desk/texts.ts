import { loadTexts } from '../../../../locales/compiled/console/help-desk/load.js';
import { defineTexts } from '../../frame/words.js';
import { withLedger } from '../../ledger/told.js';

export const { defineScreen, useTexts } = defineTexts(withLedger(loadTexts));
