import { checks } from './checks.js';
import { consents } from './consents.js';
import { devices } from './devices.js';
import { enrolment } from './enrolment.js';
import { links } from './links.js';
import { noticeSection } from './notices.js';
import { ownData } from './own-data.js';
import type { Section } from './section.js';
import { services } from './services.js';

/** What a person finds on their own page, in the order in which it stands there. One that is new is a row. */
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
