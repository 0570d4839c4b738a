export { createGuide } from './create-guide.js';
export { GuidanceUnavailable, type Guide, type GuidePose, type Look } from './guide.js';
