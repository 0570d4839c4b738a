import { exportReply } from '../../../src/core/step-up/home-protocol.js';
import { button, el, paragraph } from '../dom.js';
import { type Outcome, type Section, say } from './section.js';

export const ownData: Section = {
  name: 'ownData',
  async read({ api }) {
    const save = async (): Promise<Outcome> => {
      const held = await api.call({ method: 'POST', path: '/export', body: {}, reply: exportReply });
      const day = new Date().toISOString().slice(0, 10);
      download(`own-data-${day}.json`, JSON.stringify(held, null, 2));
      return say((words) => words.dataSaved);
    };
    return (words, press) => [paragraph(words.ownDataText, 'lead'), button('quiet', words.saveData, () => press(save))];
  },
};

function download(name: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  el('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
