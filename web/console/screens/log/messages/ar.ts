import type { LogWords } from './en.js';

export const ar: LogWords = {
  heading: 'سجل عمليات تسجيل الدخول',
  empty: 'لا توجد سجلات مطابقة.',
  filters: {
    search: 'بحث',
    hint: 'الاسم أو اسم المستخدم أو المعرّف أو عنوان الشبكة أو معرّف الطلب',
    event: 'الحدث',
    since: 'من',
    until: 'إلى',
  },
  follow: {
    start: 'متابعة مباشرة',
    pause: 'إيقاف مؤقت',
    running: 'تظهر السجلات الجديدة في الأعلى.',
  },
};
