import { defineTexts, messagesIn } from '../../frame/words.js';
import type { MineWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(messagesIn<MineWords>(import.meta.glob('./messages/*.ts')));
