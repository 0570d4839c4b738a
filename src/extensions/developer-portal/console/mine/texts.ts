import { loadTexts as loadApplications } from '../../../../../locales/compiled/console/applications/load.js';
import { loadTexts } from '../../../../../locales/compiled/console/mine/load.js';
import { loadTexts as loadRequests } from '../../../../../locales/compiled/console/requests/load.js';
import { defineTexts } from '../../../../../web/console/frame/words.js';

export const { defineScreen, useTexts } = defineTexts(async (language) => {
  const { keys, usage } = await loadApplications(language);
  const { facts, states, thread } = await loadRequests(language);
  return { ...(await loadTexts(language)), facts, states, thread, keys, usage };
});
