import { exportReply, type Service, servicesReply } from '../../../src/step-up/home-protocol.js';
import { download } from '../../shared/download.js';
import type { Language } from '../../shared/languages.js';
import { button, el, paragraph } from '../dom.js';
import { checks } from './checks.js';
import { consents, links } from './consents.js';
import { devices } from './devices.js';
import { enrolment } from './enrolment.js';
import { noticeSection } from './notices.js';
import type { Section } from './section.js';
import { type Outcome, say } from './section.js';

export const services: Section = {
  name: 'services',
  async read({ page, api }) {
    const { services: listed } = await api.call({ method: 'GET', path: '/services', reply: servicesReply });
    if (listed.length === 0) return null;
    return () => [el('ul', { class: 'entries' }, ...listed.map((service) => toItem(service, page.language)))];
  },
};

function toItem({ name, url, text }: Service, language: Language): HTMLLIElement {
  const about = text?.[language] ?? text?.en;
  return el(
    'li',
    {},
    el('a', { class: 'service', href: url, rel: 'noreferrer' }, el('bdi', {}, name)),
    about === undefined ? null : el('p', {}, el('bdi', {}, about)),
    el('p', { class: 'fine' }, el('bdi', { dir: 'ltr' }, new URL(url).host)),
  );
}

export const ownData: Section = {
  name: 'ownData',
  async read({ api }) {
    const save = async (): Promise<Outcome> => {
      const held = await api.call({ method: 'POST', path: '/export', body: {}, reply: exportReply });
      const day = new Date().toISOString().slice(0, 10);
      download(`own-data-${day}.json`, 'application/json', JSON.stringify(held, null, 2));
      return say((words) => words.dataSaved);
    };
    return (words, press) => [paragraph(words.ownDataText, 'lead'), button('quiet', words.saveData, () => press(save))];
  },
};

export const sections: readonly Section[] = [
  enrolment,
  services,
  checks,
  consents,
  links,
  devices,
  noticeSection,
  ownData,
];
