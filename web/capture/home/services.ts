import { type Service, servicesReply } from '../../../src/core/step-up/home-protocol.js';
import type { Language } from '../../shared/languages.js';
import { el } from '../dom.js';
import type { Section } from './section.js';

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
