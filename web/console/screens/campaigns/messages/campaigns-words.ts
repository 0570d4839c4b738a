import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

/** What the screen says. */
export type CampaignsWords = Translated<typeof en>;
