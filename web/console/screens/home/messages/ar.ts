import type { HomeWords } from './home-words.js';

export const ar: HomeWords = {
  heading: 'ماذا تريد أن تفعل؟',
  find: {
    label: 'البحث عن شخص',
    hint: 'اسم الدخول، أو عنوان بريد، أو معرّف.',
    submit: 'بحث',
  },
  ways: 'إلى أين',
  toDo: {
    heading: 'ما يجب فعله',
    nothing: 'لا شيء يجب فعله.',
    urgency: { now: 'الآن:', soon: 'قريبًا:' },
    codes: {
      trail_unsound: 'سجل التدقيق ليس سليمًا. انظر ما وجده التحقق.',
      key_unusable: 'مفتاح لا يمكن استخدامه.',
      doctor_failing: 'فحص من فحوص الطبيب يفشل.',
      nobody_enrolled: 'لا أحد مسجَّل، والجميع يُرفض.',
      head_old: 'قيود التدقيق تنتظر التوقيع منذ مدة.',
      apply_broken_off: 'انقطع الإعداد. طبّقه مرة أخرى.',
      backup_missing: 'لا تُعرف أي نسخة احتياطية.',
      backup_old: 'آخر نسخة احتياطية قديمة.',
      key_old: 'مفتاح قديم. بدّله.',
      shadow_long: 'هو في وضع الظل منذ مدة طويلة.',
      doctor_old: 'لم يفحصه الطبيب مؤخرًا.',
      mode_switched: 'غُيِّر وضعه يدويًّا خلافًا للإعدادات.',
    },
  },
  doctor: {
    heading: 'الطبيب',
    lights: { ok: 'سليم', warn: 'يستحق النظر', fail: 'يفشل', none: 'لم يُفحص مؤخرًا' },
  },
  figures: {
    heading: 'الاتصالات',
    none: 'لم يُعدّ أي اتصال.',
    enrolled: 'المسجَّلون',
    lockedOut: 'المقفلون الآن',
    chart: (connection) => `فحوص الوجه لدى ${connection}، آخر 7 أيام`,
    checks: 'الفحوص',
    refused: 'المرفوضة',
    count: 'كم يمكن أن يكونوا؟',
    of: (users) => `من ${users} شخصًا`,
    ofAtLeast: (users) => `من ${users} شخصًا على الأقل`,
    untold: 'لا يقول المزوّد كم يمكن أن يكونوا.',
  },
  about: {
    home: '',
    people: 'المسجَّلون، وشخص واحد: سبب الرفض، ودعوة، وفك قفل، وإنهاء، وتصدير، ومحو.',
    log: 'ما تقرر، وبحق من، ولماذا. بحث، ومتابعة مباشرة، وحفظ.',
    applications: 'البرامج التي تستدعي هذا الخادم، ومفاتيحها وما استهلكته.',
    administrators: 'من يحق له استخدام هذه اللوحة والواجهة البرمجية، وبأي دور.',
  },
};
