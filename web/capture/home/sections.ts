import { checks } from './checks.js';
import { consents } from './consents.js';
import { devices } from './devices.js';
import { enrolment } from './enrolment.js';
import { links } from './links.js';
import { noticeSection } from './notices.js';
import { ownData } from './own-data.js';
import type { Section } from './section.js';
import { services } from './services.js';

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
