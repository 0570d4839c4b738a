import type { OwnWords } from './log-words.js';

export const ar: OwnWords = {
  heading: 'سجل الدخول',
  empty: 'لا شيء من هذا في السجل.',
  filters: {
    search: 'بحث',
    hint: 'بداية اسم أو اسم دخول، أو معرّف، أو عنوان شبكة، أو معرّف طلب.',
    since: 'من',
    until: 'إلى',
  },
  columns: {
    time: 'الوقت',
    person: 'الشخص',
    application: 'التطبيق',
    what: 'ما حدث',
    outcome: 'النتيجة',
    why: 'السبب',
    network: 'الشبكة',
    request: 'الطلب',
  },
  follow: {
    start: 'متابعة مباشرة',
    pause: 'إيقاف مؤقت',
    running: 'تظهر السطور الجديدة في الأعلى، أيًّا كان يومها.',
  },
  csv: {
    save: 'حفظ بصيغة CSV',
    fetched: (lines) => `${lines} سطر…`,
  },
};
