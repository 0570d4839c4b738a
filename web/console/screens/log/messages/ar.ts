import type { OwnWords } from './log-words.js';

export const ar: OwnWords = {
  heading: 'سجل عمليات تسجيل الدخول',
  empty: 'لا توجد إدخالات مطابقة.',
  filters: {
    search: 'بحث',
    hint: 'الاسم أو اسم المستخدم أو المعرّف أو عنوان الشبكة أو معرّف الطلب',
    since: 'من',
    until: 'إلى',
  },
  columns: {
    time: 'الوقت',
    person: 'الشخص',
    application: 'التطبيق',
    what: 'الحدث',
    outcome: 'النتيجة',
    why: 'السبب',
    network: 'الشبكة',
    request: 'الطلب',
  },
  follow: {
    start: 'متابعة مباشرة',
    pause: 'إيقاف مؤقت',
    running: 'تظهر الإدخالات الجديدة في الأعلى.',
  },
  csv: {
    save: 'حفظ بصيغة CSV',
    fetched: (lines) => `${lines} سطر…`,
  },
};
