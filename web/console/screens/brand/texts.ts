import { defineTexts, messagesIn } from '../../frame/words.js';
import type { BrandWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(messagesIn<BrandWords>(import.meta.glob('./messages/*.ts')));
