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
    title: (application) => `Choose an organization for ${application}`,
    text: 'The app receives the organization, your roles there, and proof of your face check.',
    goesTo: 'Shared with',
    organisation: 'Organization',
    roles: 'Your roles:',
    find: 'Name or number',
    search: 'Search',
    more: (count) => `${count} more are not shown. Search to find yours.`,
    noneFits: 'No matches among your organizations.',
    goOn: 'Continue',
    refuse: 'Cancel',
  },
  de: {
    title: (application) => `Organisation für ${application} auswählen`,
    text: 'Die App erhält die Organisation, Ihre dortigen Rollen und den Nachweis Ihrer Gesichtsprüfung.',
    goesTo: 'Geteilt mit',
    organisation: 'Organisation',
    roles: 'Ihre Rollen:',
    find: 'Name oder Nummer',
    search: 'Suchen',
    more: (count) => `${count} weitere werden nicht angezeigt. Suchen Sie nach Ihrer Organisation.`,
    noneFits: 'Keine Treffer unter Ihren Organisationen.',
    goOn: 'Weiter',
    refuse: 'Abbrechen',
  },
  es: {
    title: (application) => `Elija una organización para ${application}`,
    text: 'La aplicación recibe la organización, sus roles en ella y la prueba de su comprobación facial.',
    goesTo: 'Se comparte con',
    organisation: 'Organización',
    roles: 'Sus roles:',
    find: 'Nombre o número',
    search: 'Buscar',
    more: (count) => `No se muestran ${count} más. Busque la suya.`,
    noneFits: 'No hay coincidencias entre sus organizaciones.',
    goOn: 'Continuar',
    refuse: 'Cancelar',
  },
  fr: {
    title: (application) => `Choisissez une organisation pour ${application}`,
    text: 'L’application reçoit l’organisation, vos rôles dans celle-ci et la preuve de votre vérification du visage.',
    goesTo: 'Partagé avec',
    organisation: 'Organisation',
    roles: 'Vos rôles :',
    find: 'Nom ou numéro',
    search: 'Rechercher',
    more: (count) => `${count} autres ne sont pas affichées. Recherchez la vôtre.`,
    noneFits: 'Aucun résultat parmi vos organisations.',
    goOn: 'Continuer',
    refuse: 'Annuler',
  },
  ar: {
    title: (application) => `اختر مؤسسة لـ ${application}`,
    text: 'يحصل التطبيق على المؤسسة وأدوارك فيها وإثبات التحقق من وجهك.',
    goesTo: 'تُشارَك مع',
    organisation: 'المؤسسة',
    roles: 'أدوارك:',
    find: 'الاسم أو الرقم',
    search: 'بحث',
    more: (count) => `لا تُعرض ${count} أخرى. ابحث عن مؤسستك.`,
    noneFits: 'لا توجد نتائج مطابقة بين مؤسساتك.',
    goOn: 'متابعة',
    refuse: 'إلغاء',
  },
};

export const organisationTextsIn = (language: Language): OrganisationTexts => texts[language];
