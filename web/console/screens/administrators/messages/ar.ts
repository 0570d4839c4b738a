import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

export const ar: Translated<typeof en> = {
  heading: 'المسؤولون',
  intro:
    'لكل منهم مفتاح لواجهة API وسطر الأوامر وحالات الطوارئ. لا يُدرج المستخدمون الذين يسجّلون الدخول بحساب الشركة: مجموعاتهم هي التي تحدد.',
  none: 'المالك الأول فقط.',
  columns: {
    name: 'الاسم',
    role: 'الدور',
    added: 'تاريخ الإضافة',
    expires: 'انتهاء صلاحية المفتاح',
    actions: 'الإجراءات',
  },
  always: 'منذ البداية',
  never: 'أبدًا',
  stays: 'لا يمكن إزالته',
  remove: {
    label: 'إزالة',
    title: (name) => `هل تريد إزالة ${name}؟`,
    text: 'يُلغى المفتاح وتنتهي جلساته. تبقى الإجراءات السابقة في سجل التدقيق.',
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
    days: 'تنتهي صلاحية المفتاح بعد (أيام)',
    daysHint: 'اتركه فارغًا لعدم انتهاء الصلاحية.',
    submit: 'إضافة',
    keyOf: (name) => `مفتاح ${name}`,
    once: 'يُعرض مرة واحدة فقط. أرسله عبر قناة خاصة.',
  },
};
