import type { Language } from './messages.js';

export interface OrganisationTexts {
  readonly title: (application: string) => string;
  readonly text: string;
  readonly goesTo: string;
  readonly organisation: string;
  readonly roles: string;
  readonly find: string;
  readonly search: string;
  readonly more: (count: number) => string;
  readonly noneFits: string;
  readonly goOn: string;
  readonly refuse: string;
}

const texts: Readonly<Record<Language, OrganisationTexts>> = {
  en: {
    title: (application) => `${application} asks for whom you act`,
    text: 'Choose one. The application learns which it is, your roles there, and that it was you who showed their face.',
    goesTo: 'The answer goes to',
    organisation: 'Organisation',
    roles: 'Your roles:',
    find: 'Part of its name or number',
    search: 'Search',
    more: (count) => `${count} more are not shown. Search for yours.`,
    noneFits: 'None of yours is called so.',
    goOn: 'Act for it and go on',
    refuse: 'Act for none and go back',
  },
  de: {
    title: (application) => `${application} fragt, für wen Sie handeln`,
    text: 'Wählen Sie eine. Die Anwendung erfährt, welche es ist, Ihre Rollen dort, und dass Sie es waren, die oder der das Gesicht gezeigt hat.',
    goesTo: 'Die Antwort geht an',
    organisation: 'Organisation',
    roles: 'Ihre Rollen:',
    find: 'Teil des Namens oder der Nummer',
    search: 'Suchen',
    more: (count) => `${count} weitere werden nicht gezeigt. Suchen Sie nach Ihrer.`,
    noneFits: 'Keine von Ihren heißt so.',
    goOn: 'Für sie handeln und weiter',
    refuse: 'Für keine handeln und zurück',
  },
  es: {
    title: (application) => `${application} pregunta en nombre de quién actúa`,
    text: 'Elija una. La aplicación sabrá cuál es, qué funciones tiene usted en ella y que fue usted quien mostró el rostro.',
    goesTo: 'La respuesta se envía a',
    organisation: 'Organización',
    roles: 'Sus funciones:',
    find: 'Parte del nombre o del número',
    search: 'Buscar',
    more: (count) => `No se muestran ${count} más. Busque la suya.`,
    noneFits: 'Ninguna de las suyas se llama así.',
    goOn: 'Actuar por ella y continuar',
    refuse: 'No actuar por ninguna y volver',
  },
  fr: {
    title: (application) => `${application} demande au nom de qui vous agissez`,
    text: 'Choisissez-en une. L’application saura laquelle, quels sont vos rôles et que c’est bien vous qui avez montré votre visage.',
    goesTo: 'La réponse est envoyée à',
    organisation: 'Organisation',
    roles: 'Vos rôles :',
    find: 'Partie du nom ou du numéro',
    search: 'Rechercher',
    more: (count) => `${count} autres ne sont pas affichées. Recherchez la vôtre.`,
    noneFits: 'Aucune des vôtres ne s’appelle ainsi.',
    goOn: 'Agir pour elle et continuer',
    refuse: 'N’agir pour aucune et revenir',
  },
  ar: {
    title: (application) => `يسأل ${application} باسم مَن تتصرف`,
    text: 'اختر واحدة. سيعرف التطبيق أيّها اخترت وأدوارك فيها، وأنك أنت من أظهر وجهه.',
    goesTo: 'تُرسل الإجابة إلى',
    organisation: 'المؤسسة',
    roles: 'أدوارك:',
    find: 'جزء من الاسم أو الرقم',
    search: 'بحث',
    more: (count) => `لا يُعرض ${count} غيرها. ابحث عن مؤسستك.`,
    noneFits: 'لا توجد لديك مؤسسة بهذا الاسم.',
    goOn: 'التصرف باسمها والمتابعة',
    refuse: 'عدم التصرف باسم أي منها والرجوع',
  },
};

/** Returns the texts of a language. */
export const organisationTextsIn = (language: Language): OrganisationTexts => texts[language];
