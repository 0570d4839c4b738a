import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

export const ar: Translated<typeof en> = {
  heading: 'ماذا تريد أن تفعل؟',
  about: {
    home: '',
    person: 'دعوة، أو فك قفل، أو إنهاء تسجيل، أو تصدير، أو محو.',
    helpDesk: 'معرفة من المتصل، وإعطاء رموز التجاوز، ومساعدة من يطلبها.',
    applications: 'البرامج التي تستدعي هذا الخادم، ومفاتيحها وما استهلكته.',
    administrators: 'من يحق له استخدام هذه اللوحة والواجهة البرمجية، وبأي دور.',
  },
};
