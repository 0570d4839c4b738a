import { defineTexts, messagesIn } from '../../frame/words.js';
import type { HelpDeskWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(messagesIn<HelpDeskWords>(import.meta.glob('./messages/*.ts')));
