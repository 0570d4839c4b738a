import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

export const ar: Translated<typeof en> = {
  heading: 'المسؤولون',
  intro:
    'لكل منهم مفتاح خاص للواجهة البرمجية وسطر الأوامر والطوارئ. من يدخل بحساب الشركة لا يظهر هنا: المجموعات تقرر ذلك.',
  none: 'لا أحد غير المالك الأول.',
  columns: { name: 'الاسم', role: 'الدور', added: 'أُضيف', expires: 'ينتهي المفتاح', actions: 'الإجراءات' },
  always: 'منذ البداية',
  never: 'أبدًا',
  stays: 'لا يمكن إزالته',
  remove: {
    label: 'إزالة',
    title: (name) => `هل تريد إزالة ${name}؟`,
    text: 'يُرفض مفتاحه من الآن، وتنتهي الجلسات التي بدأت به. ما فعله يبقى في سجل التدقيق.',
  },
  add: {
    heading: 'إضافة مسؤول',
    name: 'الاسم',
    nameHint: 'يظهر في سجل التدقيق. حروف وأرقام و . _ @ -',
    role: 'الدور',
    roleHints: {
      owner: 'كل شيء',
      operator: 'المفاتيح والمحو ومساعدة الناس',
      auditor: 'القراءة',
      'help-desk': 'مساعدة الناس',
    },
    days: 'الأيام حتى نهاية المفتاح',
    daysHint: 'اتركه فارغًا لمفتاح صالح حتى الإزالة.',
    submit: 'إضافة',
    keyOf: (name) => `مفتاح ${name}`,
    once: 'يُعرض هذه المرة فقط. سلّمه بطريقة لا يقرؤها غيره.',
  },
};
