import { defineTexts, messagesIn } from '../../frame/words.js';
import type { CampaignsWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(messagesIn<CampaignsWords>(import.meta.glob('./messages/*.ts')));
