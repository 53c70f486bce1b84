<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar" sourcelanguage="en">
<context>
    <name>AdapterList</name>
    <message>
        <source>Add an adapter</source>
        <translation>أضف مهايئًا</translation>
    </message>
    <message>
        <source>Adapters (*.gguf)</source>
        <translation>مهايئات (‎*.gguf‎)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>كل الملفات (*)</translation>
    </message>
    <message>
        <source>Add an adapter…</source>
        <translation>أضف مهايئًا…</translation>
    </message>
</context>
<context>
    <name>AdapterRow</name>
    <message>
        <source>Strength of {name}</source>
        <translation>قوة تأثير {name}</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>أزل {name}</translation>
    </message>
</context>
<context>
    <name>AdviceCard</name>
    <message>
        <source>For Arabic</source>
        <translation>للعربية</translation>
    </message>
    <message>
        <source>The smallest</source>
        <translation>الأصغر</translation>
    </message>
    <message>
        <source>Licence: {name}</source>
        <translation>الرخصة: {name}</translation>
    </message>
    <message>
        <source>Download, {size}</source>
        <translation>نزّل، {size}</translation>
    </message>
    <message>
        <source>The most capable</source>
        <translation>الأقدر</translation>
    </message>
    <message>
        <source>The fastest</source>
        <translation>الأسرع</translation>
    </message>
</context>
<context>
    <name>AttachmentTray</name>
    <message numerus="yes">
        <source>%n image(s) to be sent</source>
        <translation>
            <numerusform>لا صور لتُرسل</numerusform>
            <numerusform>صورة واحدة ستُرسل</numerusform>
            <numerusform>صورتان ستُرسلان</numerusform>
            <numerusform>%n صور ستُرسل</numerusform>
            <numerusform>%n صورة ستُرسل</numerusform>
            <numerusform>%n صورة ستُرسل</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} was removed</source>
        <translation>أُزيلت الصورة {name}</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Copied</source>
        <translation>نُسخت</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>انسخ التفاصيل</translation>
    </message>
</context>
<context>
    <name>CardDialog</name>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>tools</source>
        <translation>أدوات</translation>
    </message>
    <message>
        <source>thinking</source>
        <translation>تفكيرًا</translation>
    </message>
    <message>
        <source>{bits} bits for each weight</source>
        <translation>{bits} بت لكل وزن</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>الملاءمة</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>السرعة</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>المعمارية</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>المعاملات</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>التكميم</translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation>الموتّرات</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>السياق</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>الطبقات</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>المفردات</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>قالب المحادثة</translation>
    </message>
    <message>
        <source>none</source>
        <translation>لا يوجد</translation>
    </message>
    <message>
        <source>Special tokens</source>
        <translation>الرموز الخاصة</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>الرخصة</translation>
    </message>
    <message>
        <source>Made by</source>
        <translation>صانعه</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>اللغات</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>المصدر</translation>
    </message>
    <message>
        <source>File</source>
        <translation>الملف</translation>
    </message>
    <message>
        <source>standing instructions (system prompt)</source>
        <translation>تعليمات دائمة</translation>
    </message>
    <message>
        <source>understands {things}</source>
        <translation>يقبل {things}</translation>
    </message>
    <message>
        <source>questions and answers only</source>
        <translation>الأسئلة والأجوبة فقط</translation>
    </message>
    <message>
        <source>{count} work on each token</source>
        <translation>يعمل منها {count} لكل رمز</translation>
    </message>
    <message>
        <source>not stated in the file</source>
        <translation>غير مذكورة في الملف</translation>
    </message>
    <message>
        <source>Files that belong to it</source>
        <translation>ملفات تتبعه</translation>
    </message>
</context>
<context>
    <name>CataloguePage</name>
    <message>
        <source>Model</source>
        <translation>النموذج</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>المعاملات</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>السياق</translation>
    </message>
    <message>
        <source>Arabic</source>
        <translation>العربية</translation>
    </message>
    <message>
        <source>File</source>
        <translation>الملف</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>السرعة</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>الملاءمة</translation>
    </message>
    <message>
        <source>sees images</source>
        <translation>يرى الصور</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>نزّل</translation>
    </message>
    <message>
        <source>Convert…</source>
        <translation>حوّل…</translation>
    </message>
    <message>
        <source>Choose a model to read what it is good at.</source>
        <translation>اختر نموذجًا لتقرأ ما يجيده.</translation>
    </message>
    <message>
        <source>Licence: {name}</source>
        <translation>الرخصة: {name}</translation>
    </message>
    <message>
        <source>thinks before it answers</source>
        <translation>يفكر قبل أن يجيب</translation>
    </message>
    <message>
        <source>uses tools</source>
        <translation>يستعمل الأدوات</translation>
    </message>
    <message>
        <source>As of {date}</source>
        <translation>بتاريخ {date}</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>التكميم</translation>
    </message>
    <message>
        <source>Recommended for this computer</source>
        <translation>ما ننصح به لهذا الحاسوب</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>كل النماذج</translation>
    </message>
    <message>
        <source>Good Arabic</source>
        <translation>عربية جيدة</translation>
    </message>
    <message>
        <source>Sees images</source>
        <translation>يرى الصور</translation>
    </message>
    <message>
        <source>Which models</source>
        <translation>أي النماذج</translation>
    </message>
    <message>
        <source>Models to download</source>
        <translation>نماذج للتنزيل</translation>
    </message>
    <message>
        <source>Search in the list</source>
        <translation>ابحث في القائمة</translation>
    </message>
    <message>
        <source>Must be converted</source>
        <translation>يحتاج إلى تحويل</translation>
    </message>
    <message>
        <source>The second number is the part that works on each token.</source>
        <translation>الرقم الثاني هو الجزء الذي يعمل لكل رمز.</translation>
    </message>
    <message>
        <source>No model matches. Try fewer words, or another choice beside the search field.</source>
        <translation>لا نموذج يطابق ذلك. جرّب كلمات أقل، أو اختيارًا آخر بجانب حقل البحث.</translation>
    </message>
    <message>
        <source>its makers ask you to accept conditions first</source>
        <translation>يطلب صانعوه قبول شروط أولًا</translation>
    </message>
    <message>
        <source>What fits this computer</source>
        <translation>ما يتّسع له الحاسوب</translation>
    </message>
</context>
<context>
    <name>ChatController</name>
    <message>
        <source>The temporary chat is gone</source>
        <translation>زالت المحادثة المؤقتة</translation>
    </message>
    <message>
        <source>Message deleted</source>
        <translation>حُذفت الرسالة</translation>
    </message>
    <message>
        <source>The reply is still being written</source>
        <translation>ما زال الردّ يُكتب</translation>
    </message>
    <message>
        <source>“New chat from here” does not work in a temporary chat</source>
        <translation>لا تُبدأ محادثة جديدة من محادثة مؤقتة</translation>
    </message>
</context>
<context>
    <name>ChatListModel</name>
    <message>
        <source>Pinned</source>
        <translation>المثبّتة</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>اليوم</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>أمس</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>هذا الأسبوع</translation>
    </message>
    <message>
        <source>This month</source>
        <translation>هذا الشهر</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>المجلدات</translation>
    </message>
    <message>
        <source>By title</source>
        <translation>حسب العنوان</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s)</source>
        <translation>
            <numerusform>لا محادثات</numerusform>
            <numerusform>محادثة واحدة</numerusform>
            <numerusform>محادثتان</numerusform>
            <numerusform>%n محادثات</numerusform>
            <numerusform>%n محادثة</numerusform>
            <numerusform>%n محادثة</numerusform>
        </translation>
    </message>
    <message>
        <source>Folder {name}, {count}, {state}</source>
        <translation>المجلد {name}، {count}، {state}</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>مطوي</translation>
    </message>
    <message>
        <source>open</source>
        <translation>مبسوط</translation>
    </message>
</context>
<context>
    <name>ChatListView</name>
    <message numerus="yes">
        <source>%n chat(s)</source>
        <translation>
            <numerusform>لا محادثات</numerusform>
            <numerusform>محادثة واحدة</numerusform>
            <numerusform>محادثتان</numerusform>
            <numerusform>%n محادثات</numerusform>
            <numerusform>%n محادثة</numerusform>
            <numerusform>%n محادثة</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChatPanel</name>
    <message numerus="yes">
        <source>{used} of %n token(s)</source>
        <translation>
            <numerusform>{used} من %n رمز</numerusform>
            <numerusform>{used} من رمز واحد</numerusform>
            <numerusform>{used} من رمزين</numerusform>
            <numerusform>{used} من %n رموز</numerusform>
            <numerusform>{used} من %n رمزًا</numerusform>
            <numerusform>{used} من %n رمز</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Room for about %n token(s).</source>
        <translation>
            <numerusform>لا متّسع لرموز أخرى.</numerusform>
            <numerusform>متّسع لنحو رمز واحد.</numerusform>
            <numerusform>متّسع لنحو رمزين.</numerusform>
            <numerusform>متّسع لنحو %n رموز.</numerusform>
            <numerusform>متّسع لنحو %n رمزًا.</numerusform>
            <numerusform>متّسع لنحو %n رمز.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The last reply was written without the %n oldest message(s).</source>
        <translation>
            <numerusform>كُتب الردّ الأخير من غير أن يُترك شيء.</numerusform>
            <numerusform>كُتب الردّ الأخير من غير أقدم رسالة.</numerusform>
            <numerusform>كُتب الردّ الأخير من غير أقدم رسالتين.</numerusform>
            <numerusform>كُتب الردّ الأخير من غير أقدم %n رسائل.</numerusform>
            <numerusform>كُتب الردّ الأخير من غير أقدم %n رسالةً.</numerusform>
            <numerusform>كُتب الردّ الأخير من غير أقدم %n رسالة.</numerusform>
        </translation>
    </message>
    <message>
        <source>This chat</source>
        <translation>هذه المحادثة</translation>
    </message>
    <message>
        <source>Close the panel</source>
        <translation>أغلق اللوحة</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>تعليمات دائمة للنموذج</translation>
    </message>
    <message>
        <source>How should the model answer in this chat?</source>
        <translation>كيف يجيب النموذج في هذه المحادثة؟</translation>
    </message>
    <message>
        <source>As in the settings</source>
        <translation>كما في الإعدادات</translation>
    </message>
    <message>
        <source>Prompts…</source>
        <translation>التعليمات…</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>السياق</translation>
    </message>
    <message>
        <source>How much of the chat the model can keep in view, in tokens (pieces of words).</source>
        <translation>ما يستطيع النموذج إبقاءه أمامه من المحادثة، مقيسًا بالرموز (أجزاء الكلمات).</translation>
    </message>
    <message>
        <source>Full: the oldest messages are left out.</source>
        <translation>امتلأ السياق: تُترك أقدم الرسائل.</translation>
    </message>
    <message>
        <source>Empty: the instructions of the settings are used. What you write here is for this chat only.</source>
        <translation>فارغ: تُستعمل تعليمات الإعدادات. ما تكتبه هنا يخصّ هذه المحادثة وحدها.</translation>
    </message>
    <message>
        <source>These are the instructions of the settings. What you write here is for this chat only.</source>
        <translation>هذه تعليمات الإعدادات. ما تكتبه هنا يخصّ هذه المحادثة وحدها.</translation>
    </message>
    <message numerus="yes">
        <source>About %n token(s) are kept free for the reply.</source>
        <translation>
            <numerusform>لا يُحجز شيء للردّ.</numerusform>
            <numerusform>يُحجز للردّ نحو رمز واحد.</numerusform>
            <numerusform>يُحجز للردّ نحو رمزين.</numerusform>
            <numerusform>يُحجز للردّ نحو %n رموز.</numerusform>
            <numerusform>يُحجز للردّ نحو %n رمزًا.</numerusform>
            <numerusform>يُحجز للردّ نحو %n رمز.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChatRowDelegate</name>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>Title of the chat</source>
        <translation>عنوان المحادثة</translation>
    </message>
    <message>
        <source>Name of the folder</source>
        <translation>اسم المجلد</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>Image {name}, {size}</source>
        <translation>الصورة {name}، {size}</translation>
    </message>
    <message>
        <source>The Delete key removes it.</source>
        <translation>مفتاح الحذف يزيلها.</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>أزل الصورة {name}</translation>
    </message>
</context>
<context>
    <name>CodeBar</name>
    <message>
        <source>Copy code</source>
        <translation>انسخ الشيفرة</translation>
    </message>
    <message>
        <source>Save code as…</source>
        <translation>احفظ الشيفرة باسم…</translation>
    </message>
</context>
<context>
    <name>CodeSaver</name>
    <message>
        <source>Save code</source>
        <translation>احفظ الشيفرة</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Find a command</source>
        <translation>ابحث عن أمر</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>ماذا تريد أن تفعل؟</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>الأوامر</translation>
    </message>
    <message>
        <source>No command has these words.</source>
        <translation>لا أمر فيه هذه الكلمات.</translation>
    </message>
    <message>
        <source>↑ ↓ to choose, Enter to do it, Esc to close.</source>
        <translation>السهمان ↑ ↓ للاختيار، وEnter للتنفيذ، وEsc للإغلاق.</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Help</source>
        <translation>المساعدة</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>محادثة</translation>
    </message>
    <message>
        <source>Search the settings for “{words}”</source>
        <translation>ابحث في الإعدادات عن «{words}»</translation>
    </message>
    <message>
        <source>Samar was updated to {version}</source>
        <translation>حُدّث سمر إلى {version}</translation>
    </message>
    <message>
        <source>What’s new</source>
        <translation>ما الجديد</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>New temporary chat</source>
        <translation>محادثة مؤقتة جديدة</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>ابحث في المحادثات</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>ابحث في هذه المحادثة</translation>
    </message>
    <message>
        <source>Go to the message field</source>
        <translation>انتقل إلى حقل الكتابة</translation>
    </message>
    <message>
        <source>Attach images</source>
        <translation>أرفق صورًا</translation>
    </message>
    <message>
        <source>Copy the last reply</source>
        <translation>انسخ آخر ردّ</translation>
    </message>
    <message>
        <source>Rename this chat</source>
        <translation>أعد تسمية هذه المحادثة</translation>
    </message>
    <message>
        <source>Pin this chat, or unpin it</source>
        <translation>ثبّت هذه المحادثة أو ألغِ تثبيتها</translation>
    </message>
    <message>
        <source>Archive this chat</source>
        <translation>أرشف هذه المحادثة</translation>
    </message>
    <message>
        <source>Export this chat…</source>
        <translation>صدّر هذه المحادثة…</translation>
    </message>
    <message>
        <source>Delete this chat</source>
        <translation>احذف هذه المحادثة</translation>
    </message>
    <message>
        <source>Show or hide “This chat”</source>
        <translation>أظهر «هذه المحادثة» أو أخفها</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>مجلد جديد…</translation>
    </message>
    <message>
        <source>Archived chats</source>
        <translation>المحادثات المؤرشفة</translation>
    </message>
    <message>
        <source>Recently deleted…</source>
        <translation>المحذوفة حديثًا…</translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation>التعليمات</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>اختر نموذجًا</translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation>افتح ملف نموذج…</translation>
    </message>
    <message>
        <source>Settings of this model…</source>
        <translation>إعدادات هذا النموذج…</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>النماذج على هذا الحاسوب</translation>
    </message>
    <message>
        <source>Models for this computer</source>
        <translation>نماذج تناسب حاسوبك</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>ابحث عن أمر</translation>
    </message>
    <message>
        <source>Show or hide the side bar</source>
        <translation>أظهر الشريط الجانبي أو أخفه</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>كبّر الخط</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>صغّر الخط</translation>
    </message>
    <message>
        <source>Text of normal size</source>
        <translation>أعد الخط إلى حجمه</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>المظهر الفاتح</translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation>المظهر الداكن</translation>
    </message>
    <message>
        <source>English interface</source>
        <translation>الواجهة بالإنجليزية</translation>
    </message>
    <message>
        <source>Arabic interface</source>
        <translation>الواجهة بالعربية</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>الإعدادات</translation>
    </message>
    <message>
        <source>Settings: General</source>
        <translation>الإعدادات: عام</translation>
    </message>
    <message>
        <source>Settings: Replies</source>
        <translation>الإعدادات: الردود</translation>
    </message>
    <message>
        <source>Settings: Engine</source>
        <translation>الإعدادات: المحرّك</translation>
    </message>
    <message>
        <source>Settings: Data</source>
        <translation>الإعدادات: البيانات</translation>
    </message>
    <message>
        <source>Settings: Help</source>
        <translation>الإعدادات: المساعدة</translation>
    </message>
    <message>
        <source>Open the folder of your chats</source>
        <translation>افتح مجلد محادثاتك</translation>
    </message>
    <message>
        <source>Open the folder of models</source>
        <translation>افتح مجلد النماذج</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>اختصارات لوحة المفاتيح</translation>
    </message>
    <message>
        <source>Check for updates</source>
        <translation>ابحث عن تحديث</translation>
    </message>
    <message>
        <source>Report a problem…</source>
        <translation>أبلغ عن مشكلة…</translation>
    </message>
    <message>
        <source>A temporary chat is not kept, so only its replies can be printed: “More” below each.</source>
        <translation>المحادثة المؤقتة لا تُحفظ، فلا يُطبع منها إلا الردود: «المزيد» تحت كل ردّ.</translation>
    </message>
    <message>
        <source>There is nothing to print in this chat yet.</source>
        <translation>ليس في هذه المحادثة شيء يُطبع بعد.</translation>
    </message>
    <message>
        <source>Print this chat…</source>
        <translation>اطبع هذه المحادثة…</translation>
    </message>
    <message>
        <source>Quit Samar</source>
        <translation>أغلق سمر</translation>
    </message>
    <message>
        <source>Regenerate the last reply</source>
        <translation>أعد توليد آخر ردّ</translation>
    </message>
    <message>
        <source>Models on Hugging Face</source>
        <translation>نماذج على Hugging Face</translation>
    </message>
    <message>
        <source>Theme like the computer’s</source>
        <translation>المظهر مثل الجهاز</translation>
    </message>
    <message>
        <source>Open the folder of temporary data</source>
        <translation>افتح مجلد البيانات المؤقتة</translation>
    </message>
    <message>
        <source>Open the folder of the event log</source>
        <translation>افتح مجلد سجلّ الأحداث</translation>
    </message>
    <message>
        <source>Advanced settings of this chat</source>
        <translation>إعدادات متقدّمة لهذه المحادثة</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Stop</source>
        <translation>أوقف</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>أرسل</translation>
    </message>
    <message>
        <source>Message Samar</source>
        <translation>اكتب إلى سمر</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>الرسالة</translation>
    </message>
    <message>
        <source>Attach images</source>
        <translation>أرفق صورًا</translation>
    </message>
    <message>
        <source>The model is being loaded…</source>
        <translation>جارٍ تحميل النموذج…</translation>
    </message>
    <message>
        <source>Answer now</source>
        <translation>أجب الآن</translation>
    </message>
    <message>
        <source>End the thinking and write the answer</source>
        <translation>أنهِ التفكير واكتب الجواب</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter starts a new line.</source>
        <translation>مفتاح الإدخال يرسل، ومع Shift يبدأ سطرًا جديدًا.</translation>
    </message>
    <message>
        <source>Write the beginning: the model goes on</source>
        <translation>اكتب البداية، والنموذج يكملها</translation>
    </message>
</context>
<context>
    <name>ContextNotice</name>
    <message>
        <source>This message is longer than what the model keeps in view: about {tokens} of {context} tokens. Shorten it, or set a larger context in the settings.</source>
        <translation>هذه الرسالة أطول من سياق النموذج: نحو {tokens} من {context} رمز. اختصرها، أو اضبط سياقًا أكبر في الإعدادات.</translation>
    </message>
    <message numerus="yes">
        <source>Summarising the %n oldest message(s)…</source>
        <translation>
            <numerusform>جارٍ تلخيص أقدم %n رسالة…</numerusform>
            <numerusform>جارٍ تلخيص أقدم رسالة…</numerusform>
            <numerusform>جارٍ تلخيص أقدم رسالتين…</numerusform>
            <numerusform>جارٍ تلخيص أقدم %n رسائل…</numerusform>
            <numerusform>جارٍ تلخيص أقدم %n رسالة…</numerusform>
            <numerusform>جارٍ تلخيص أقدم %n رسالة…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The chat is longer than what the model keeps in view: the %n oldest message(s) will be left out.</source>
        <translation>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: لن تُترك أي رسالة.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك أقدم رسالة.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك أقدم رسالتين.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك أقدم %n رسائل.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك أقدم %n رسالة.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك أقدم %n رسالة.</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is deleted: you still see everything, only the model does not.</source>
        <translation>لا يُحذف شيء: ستبقى ترى كل شيء، أمّا النموذج فلا يراه.</translation>
    </message>
    <message>
        <source>Drop the oldest</source>
        <translation>اترك الأقدم</translation>
    </message>
    <message>
        <source>Keep the first</source>
        <translation>أبقِ الأول</translation>
    </message>
    <message>
        <source>Summarise</source>
        <translation>لخّص</translation>
    </message>
    <message>
        <source>What is left out</source>
        <translation>ما يُترك</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>غيّر…</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>تم</translation>
    </message>
    <message>
        <source>Summary of the oldest messages</source>
        <translation>ملخّص أقدم الرسائل</translation>
    </message>
    <message>
        <source>Write it again</source>
        <translation>أعد كتابته</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Of {context} tokens about {reserve} are kept free for the reply.</source>
        <translation>يُحجز للردّ نحو {reserve} من أصل {context} من الرموز.</translation>
    </message>
    <message numerus="yes">
        <source>The chat is longer than what the model keeps in view: %n message(s) after the first question and answer will be left out.</source>
        <translation>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: لن يُترك شيء بعد أول سؤال وجوابه.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك رسالة واحدة بعد أول سؤال وجوابه.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك رسالتان بعد أول سؤال وجوابه.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك %n رسائل بعد أول سؤال وجوابه.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك %n رسالة بعد أول سؤال وجوابه.</numerusform>
            <numerusform>المحادثة أطول مما يتسع له سياق النموذج: ستُترك %n رسالة بعد أول سؤال وجوابه.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>A summary takes the place of the %n oldest message(s), which the model no longer sees.</source>
        <translation>
            <numerusform>ملخّص يقوم مقام أقدم %n رسالة لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم رسالة لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم رسالتين لم يعد النموذج يراهما.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم %n رسائل لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم %n رسالة لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم %n رسالة لم يعد النموذج يراها.</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no room for the first question and its answer, so they are left out too.</source>
        <translation>لا مكان لأول سؤال وجوابه، فيُتركان أيضًا.</translation>
    </message>
    <message>
        <source>Good when the task is in the first message. Nothing is deleted: you still see everything.</source>
        <translation>مناسب إن كانت المهمة في الرسالة الأولى. لا يُحذف شيء: ستبقى ترى كل شيء.</translation>
    </message>
    <message>
        <source>The model writes the summary itself. The text above is what it will see; change it as you like.</source>
        <translation>يكتب النموذج الملخّص بنفسه. ما تراه أعلاه هو ما يُقال له، فغيّره كما تشاء.</translation>
    </message>
</context>
<context>
    <name>ConversionController</name>
    <message>
        <source>{name} is ready</source>
        <translation>{name} جاهز</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>استعمله</translation>
    </message>
</context>
<context>
    <name>DeletedChatsDialog</name>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>deleted on {date}</source>
        <translation>حُذفت في {date}</translation>
    </message>
    <message>
        <source>Recently deleted</source>
        <translation>المحذوفة حديثًا</translation>
    </message>
    <message>
        <source>Erase now…</source>
        <translation>امحُ الآن…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>استعد</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>أبقِ</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>امحُ</translation>
    </message>
    <message numerus="yes">
        <source>erased in %n day(s)</source>
        <translation>
            <numerusform>تُمحى بعد %n يوم</numerusform>
            <numerusform>تُمحى بعد يوم واحد</numerusform>
            <numerusform>تُمحى بعد يومين</numerusform>
            <numerusform>تُمحى بعد %n أيام</numerusform>
            <numerusform>تُمحى بعد %n يومًا</numerusform>
            <numerusform>تُمحى بعد %n يوم</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Erase %n chat(s) for good? This can’t be undone.</source>
        <translation>
            <numerusform>أتمحو %n محادثة نهائيًّا؟ لا رجوع عن ذلك.</numerusform>
            <numerusform>أتمحو هذه المحادثة نهائيًّا؟ لا رجوع عن ذلك.</numerusform>
            <numerusform>أتمحو محادثتين نهائيًّا؟ لا رجوع عن ذلك.</numerusform>
            <numerusform>أتمحو %n محادثات نهائيًّا؟ لا رجوع عن ذلك.</numerusform>
            <numerusform>أتمحو %n محادثة نهائيًّا؟ لا رجوع عن ذلك.</numerusform>
            <numerusform>أتمحو %n محادثة نهائيًّا؟ لا رجوع عن ذلك.</numerusform>
        </translation>
    </message>
    <message>
        <source>Search and export leave deleted chats out. Chats that you don’t restore are erased for good after a while. Only days on which Samar is open count, so a wrong clock erases nothing.</source>
        <translation>لا يشمل البحثُ ولا التصديرُ المحادثاتِ المحذوفة. وما لا تستعيده منها يُمحى نهائيًّا بعد مدة. لا تُحسب إلا الأيام التي يُفتح فيها سمر، فلا تمحو ساعةٌ خاطئة شيئًا.</translation>
    </message>
    <message>
        <source>Nothing has been deleted.</source>
        <translation>لم تُحذف أي محادثة.</translation>
    </message>
</context>
<context>
    <name>DownloadDialog</name>
    <message>
        <source>Download a model</source>
        <translation>نزّل نموذجًا</translation>
    </message>
    <message>
        <source>Licence: {licence}. You may use it freely.</source>
        <translation>الرخصة: {licence}. لك أن تستعمله بحرّية.</translation>
    </message>
    <message>
        <source>Licence: {licence}. It has terms of its own: read them before you use it.</source>
        <translation>الرخصة: {licence}. وله شروط خاصة، فاقرأها قبل أن تستعمله.</translation>
    </message>
    <message>
        <source>Open its page in the browser</source>
        <translation>افتح صفحته في المتصفح</translation>
    </message>
    <message>
        <source>With it</source>
        <translation>معه</translation>
    </message>
    <message>
        <source>Without it</source>
        <translation>من دونه</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>نزّل</translation>
    </message>
    <message>
        <source>Its page names no licence. Read on the page what you may do with it.</source>
        <translation>لا تذكر صفحته رخصة. اقرأ فيها ما يحقّ لك أن تفعله به.</translation>
    </message>
    <message>
        <source>You must ask for access on its page, and then give Samar an access token of your account.</source>
        <translation>اطلب الإذن في صفحته أولًا، ثم أعطِ سمر رمز دخول من حسابك.</translation>
    </message>
    <message>
        <source>Vision file (to see images), {size}</source>
        <translation>ملف الرؤية (ليرى الصور)، {size}</translation>
    </message>
    <message>
        <source>It belongs to the model and is put beside it. One file serves all sizes of the model.</source>
        <translation>يتبع النموذج ويوضع بجانبه، ويكفي ملف واحد لكل أحجامه.</translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>{held} of {size}</source>
        <translation>{held} من {size}</translation>
    </message>
    <message>
        <source>{size} per second</source>
        <translation>{size} في الثانية</translation>
    </message>
    <message>
        <source>Ask for access on its page</source>
        <translation>اطلب الإذن في صفحته</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>أوقف مؤقتًا</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>أكمل</translation>
    </message>
    <message>
        <source>Cancel the download</source>
        <translation>ألغِ التنزيل</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>لم يبقَ شيء</numerusform>
            <numerusform>بقيت ثانية</numerusform>
            <numerusform>بقيت ثانيتان</numerusform>
            <numerusform>بقيت %n ثوانٍ</numerusform>
            <numerusform>بقيت %n ثانية</numerusform>
            <numerusform>بقيت %n ثانية</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s) left</source>
        <translation>
            <numerusform>لم يبقَ شيء</numerusform>
            <numerusform>بقيت دقيقة</numerusform>
            <numerusform>بقيت دقيقتان</numerusform>
            <numerusform>بقيت %n دقائق</numerusform>
            <numerusform>بقيت %n دقيقة</numerusform>
            <numerusform>بقيت %n دقيقة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) left</source>
        <translation>
            <numerusform>لم يبقَ شيء</numerusform>
            <numerusform>بقيت ساعة</numerusform>
            <numerusform>بقيت ساعتان</numerusform>
            <numerusform>بقيت %n ساعات</numerusform>
            <numerusform>بقيت %n ساعة</numerusform>
            <numerusform>بقيت %n ساعة</numerusform>
        </translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>جارٍ الفحص</translation>
    </message>
    <message>
        <source>Hugging Face asks to wait; the download goes on by itself</source>
        <translation>طلب Hugging Face التمهّل، ويُستأنف التنزيل من نفسه</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>أعد المحاولة</translation>
    </message>
    <message>
        <source>Give Samar an access token…</source>
        <translation>أعطِ سمر رمز دخول…</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>لا صور</numerusform>
            <numerusform>صورة واحدة</numerusform>
            <numerusform>صورتان</numerusform>
            <numerusform>%n صور</numerusform>
            <numerusform>%n صورة</numerusform>
            <numerusform>%n صورة</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop to attach to the message</source>
        <translation>أفلت لإرفاقها بالرسالة</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>لا ملفات</numerusform>
            <numerusform>ملف واحد</numerusform>
            <numerusform>ملفان</numerusform>
            <numerusform>%n ملفات</numerusform>
            <numerusform>%n ملفًا</numerusform>
            <numerusform>%n ملف</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop to add the models in this folder</source>
        <translation>أفلت لإضافة ما في هذا المجلد من نماذج</translation>
    </message>
    <message>
        <source>Drop to add to your models</source>
        <translation>أفلت لإضافته إلى نماذجك</translation>
    </message>
    <message>
        <source>Drop to load this model</source>
        <translation>أفلت لتحميل هذا النموذج</translation>
    </message>
    <message>
        <source>Drop to open</source>
        <translation>أفلت للفتح</translation>
    </message>
    <message>
        <source>Drop to convert this model</source>
        <translation>أفلت لتحويل هذا النموذج</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Good morning</source>
        <translation>صباح الخير</translation>
    </message>
    <message>
        <source>Good afternoon</source>
        <translation>طاب يومك</translation>
    </message>
    <message>
        <source>Good evening</source>
        <translation>مساء الخير</translation>
    </message>
    <message>
        <source>Temporary chat</source>
        <translation>محادثة مؤقتة</translation>
    </message>
    <message>
        <source>{model} is being loaded.
Everything stays on this computer.</source>
        <translation>جارٍ تحميل {model}.
كل شيء يبقى على هذا الحاسوب.</translation>
    </message>
    <message>
        <source>Explain a difficult idea with one example</source>
        <translation>اشرح فكرة صعبة بمثال واحد</translation>
    </message>
    <message>
        <source>Help me to write a polite letter</source>
        <translation>ساعدني على كتابة رسالة مهذّبة</translation>
    </message>
    <message>
        <source>Quiz me on a subject that I choose</source>
        <translation>اختبرني في موضوع أختاره</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>اللغة</translation>
    </message>
    <message>
        <source>{model} is tiny: it knows Samar and the basics.
Everything stays on this computer.</source>
        <translation>{model} صغير جدًّا: يعرف سمر والأساسيات.
كل شيء يبقى على هذا الحاسوب.</translation>
    </message>
    <message>
        <source>{model} answers here.
Everything stays on this computer.</source>
        <translation>يجيبك هنا {model}.
كل شيء يبقى على هذا الحاسوب.</translation>
    </message>
    <message>
        <source>Choose a model to begin.
Everything stays on this computer.</source>
        <translation>اختر نموذجًا لتبدأ.
كل شيء يبقى على هذا الحاسوب.</translation>
    </message>
    <message>
        <source>A larger model for this computer</source>
        <translation>نموذج أكبر يناسب هذا الحاسوب</translation>
    </message>
    <message>
        <source>Nothing of this chat is saved: it is gone when you leave it or close Samar.</source>
        <translation>لا يُحفظ شيء من هذه المحادثة، وتزول حين تغادرها أو تغلق سمر.</translation>
    </message>
</context>
<context>
    <name>FileField</name>
    <message>
        <source>All files (*)</source>
        <translation>كل الملفات (*)</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>اختر…</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>نماذج (‎*.gguf‎)</translation>
    </message>
    <message>
        <source>Remove it</source>
        <translation>أزله</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in this chat</source>
        <translation>ابحث في هذه المحادثة</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} من {1}</translation>
    </message>
    <message>
        <source>Previous result</source>
        <translation>النتيجة السابقة</translation>
    </message>
    <message>
        <source>Next result</source>
        <translation>النتيجة التالية</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>لا نتائج</translation>
    </message>
</context>
<context>
    <name>FolderRow</name>
    <message numerus="yes">
        <source>%n model(s)</source>
        <translation>
            <numerusform>لا نماذج</numerusform>
            <numerusform>نموذج واحد</numerusform>
            <numerusform>نموذجان</numerusform>
            <numerusform>%n نماذج</numerusform>
            <numerusform>%n نموذجًا</numerusform>
            <numerusform>%n نموذج</numerusform>
        </translation>
    </message>
    <message>
        <source>Stop looking there</source>
        <translation>لا تبحث فيه بعد الآن</translation>
    </message>
    <message>
        <source>The folder is not there now. When it comes back, so do its models.</source>
        <translation>المجلد ليس في مكانه الآن، وتعود نماذجه حين يعود.</translation>
    </message>
</context>
<context>
    <name>FoldersDialog</name>
    <message>
        <source>Folders of models</source>
        <translation>مجلدات النماذج</translation>
    </message>
    <message>
        <source>Samar finds the models in these folders and below them, and uses them where they are. Nothing is copied.</source>
        <translation>يجد سمر النماذج في هذه المجلدات وما تحتها، ويستعملها في مكانها من غير نسخ.</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>ابحث من جديد</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>أضف مجلدًا…</translation>
    </message>
    <message>
        <source>You have not added a folder yet.</source>
        <translation>لم تضف مجلدًا بعد.</translation>
    </message>
</context>
<context>
    <name>FormatMenu</name>
    <message>
        <source>Export</source>
        <translation>صدّر</translation>
    </message>
    <message>
        <source>Word…</source>
        <translation>ملف Word…</translation>
    </message>
    <message>
        <source>PDF…</source>
        <translation>ملف PDF…</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>اطبع…</translation>
    </message>
    <message>
        <source>Web page…</source>
        <translation>صفحة ويب…</translation>
    </message>
    <message>
        <source>Markdown text…</source>
        <translation>نص بصيغة Markdown…</translation>
    </message>
    <message>
        <source>Export this reply</source>
        <translation>صدّر هذا الردّ</translation>
    </message>
    <message>
        <source>Samar’s own file, everything in it…</source>
        <translation>ملف سمر، وفيه كل شيء…</translation>
    </message>
    <message>
        <source>For training models: ChatML (JSON Lines)…</source>
        <translation>لتدريب النماذج: ChatML (أسطر JSON)…</translation>
    </message>
    <message>
        <source>For training models: ShareGPT (JSON Lines)…</source>
        <translation>لتدريب النماذج: ShareGPT (أسطر JSON)…</translation>
    </message>
</context>
<context>
    <name>GuideWindow</name>
    <message>
        <source>Keys</source>
        <translation>المفاتيح</translation>
    </message>
    <message>
        <source>What they do</source>
        <translation>ما تفعله</translation>
    </message>
    <message>
        <source>How to use Samar</source>
        <translation>كيف تستعمل سمر</translation>
    </message>
    <message>
        <source>Search the Help</source>
        <translation>ابحث في المساعدة</translation>
    </message>
    <message>
        <source>Topics</source>
        <translation>الموضوعات</translation>
    </message>
    <message>
        <source>No topic has these words.</source>
        <translation>لا موضوع فيه هذه الكلمات.</translation>
    </message>
</context>
<context>
    <name>HelpPage</name>
    <message>
        <source>reading other files</source>
        <translation>قراءة ملفات أخرى</translation>
    </message>
    <message>
        <source>changing other files</source>
        <translation>تغيير ملفات أخرى</translation>
    </message>
    <message>
        <source>starting programs</source>
        <translation>تشغيل البرامج</translation>
    </message>
    <message>
        <source>reaching into other programs</source>
        <translation>التدخّل في برامج أخرى</translation>
    </message>
    <message>
        <source>, </source>
        <comment>between items of a list</comment>
        <translation>، </translation>
    </message>
    <message>
        <source>The system of this computer can’t keep the engine from: {list}.</source>
        <translation>لا يستطيع نظام هذا الحاسوب منع المحرّك من: {list}.</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>نُسخ</translation>
    </message>
    <message>
        <source>This is the newest version.</source>
        <translation>هذا أحدث إصدار.</translation>
    </message>
    <message>
        <source>Version {version} is available.</source>
        <translation>صدر الإصدار {version}.</translation>
    </message>
    <message>
        <source>Download and check</source>
        <translation>نزّله وافحصه</translation>
    </message>
    <message>
        <source>Open the installer</source>
        <translation>افتح برنامج التثبيت</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Check for updates</source>
        <translation>ابحث عن تحديث</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>انسخ التفاصيل</translation>
    </message>
    <message>
        <source>Copy version details</source>
        <translation>انسخ تفاصيل الإصدار</translation>
    </message>
    <message>
        <source>Samar {version}</source>
        <translation>سمر {version}</translation>
    </message>
    <message>
        <source>Free software under the MIT licence. It runs on this computer alone.</source>
        <translation>برنامج حرّ برخصة MIT، يعمل على هذا الحاسوب وحده.</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>التحديثات</translation>
    </message>
    <message>
        <source>Only when I press the button</source>
        <translation>عندما أضغط الزر فقط</translation>
    </message>
    <message>
        <source>Look once a week</source>
        <translation>مرة كل أسبوع</translation>
    </message>
    <message>
        <source>What a harmful model file could reach</source>
        <translation>ما قد يصل إليه ملف نموذج ضارّ</translation>
    </message>
    <message>
        <source>If something went wrong</source>
        <translation>إن حدث خلل</translation>
    </message>
    <message>
        <source>Report a problem…</source>
        <translation>أبلغ عن مشكلة…</translation>
    </message>
    <message>
        <source>How to use Samar</source>
        <translation>كيف تستعمل سمر</translation>
    </message>
    <message>
        <source>Open the Help</source>
        <translation>افتح المساعدة</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>اختصارات لوحة المفاتيح</translation>
    </message>
    <message>
        <source>What’s new</source>
        <translation>ما الجديد</translation>
    </message>
    <message>
        <source>using the internet</source>
        <translation>استعمال الإنترنت</translation>
    </message>
    <message>
        <source>When the engine starts, the system shuts it off from everything else. From then on you read here what it can’t reach.</source>
        <translation>حين يبدأ المحرّك يعزله النظام عمّا سواه. وبعد ذلك تقرأ هنا ما لا يصل إليه.</translation>
    </message>
    <message>
        <source>Nothing of yours: the engine reads the model and writes its own temporary data. The system keeps it from other files, from the internet, from starting programs and from the memory of other programs.</source>
        <translation>لا شيء يخصّك: يقرأ المحرّك النموذج ويكتب بياناته المؤقتة، ويمنعه النظام من الملفات الأخرى ومن الإنترنت ومن تشغيل البرامج ومن ذاكرة البرامج الأخرى.</translation>
    </message>
    <message>
        <source>This needs Linux 5.13 or later, with Landlock switched on.</source>
        <translation>يلزم لذلك لينكس ‎5.13‎ أو أحدث، مع تفعيل Landlock.</translation>
    </message>
    <message>
        <source>Looking for a new version…</source>
        <translation>جارٍ البحث عن إصدار جديد…</translation>
    </message>
    <message>
        <source>Version {version} is being downloaded and checked…</source>
        <translation>يُنزَّل الإصدار {version} ويُفحص…</translation>
    </message>
    <message>
        <source>Version {version} is downloaded and checked: it comes from the makers of Samar.</source>
        <translation>نُزّل الإصدار {version} وفُحص: هو من صانعي سمر.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>أعد المحاولة</translation>
    </message>
    <message>
        <source>Allow the internet</source>
        <translation>اسمح بالإنترنت</translation>
    </message>
    <message>
        <source>Samar accepts a new version only when its makers have signed it, and you install it yourself.</source>
        <translation>لا يقبل سمر إصدارًا جديدًا ما لم يوقّعه صانعوه، وأنت من يثبّته.</translation>
    </message>
    <message>
        <source>A report contains versions, settings and the event log, and no text of your chats. You read it first. Samar sends nothing.</source>
        <translation>في التقرير الإصدارات والإعدادات وسجلّ الأحداث، وليس فيه شيء من نصّ محادثاتك. تقرؤه أنت أولًا، ولا يُرسَل شيء.</translation>
    </message>
    <message>
        <source>Open the folder of the event log</source>
        <translation>افتح مجلد سجلّ الأحداث</translation>
    </message>
</context>
<context>
    <name>HubPage</name>
    <message>
        <source>Nothing was found. Try fewer words.</source>
        <translation>لم يُعثر على شيء. جرّب كلمات أقل.</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>جارٍ البحث…</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>رمز الدخول</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>المعاملات</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>التنزيلات</translation>
    </message>
    <message>
        <source>Search for a model or its maker, such as Qwen, Gemma or ALLaM.</source>
        <translation>ابحث عن نموذج أو عن صانعه، مثل Qwen أو Gemma أو ALLaM.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>الملف</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>الحجم</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>الملاءمة</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>لا ملفات</numerusform>
            <numerusform>ملف واحد</numerusform>
            <numerusform>ملفان</numerusform>
            <numerusform>%n ملفات</numerusform>
            <numerusform>%n ملفًا</numerusform>
            <numerusform>%n ملف</numerusform>
        </translation>
    </message>
    <message>
        <source>Licence: {licence}. Whether it fits is estimated from the size.</source>
        <translation>الرخصة: {licence}. والملاءمة مقدَّرة من الحجم.</translation>
    </message>
    <message>
        <source>It sees images.</source>
        <translation>يرى الصور.</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>ابحث</translation>
    </message>
    <message>
        <source>Access token…</source>
        <translation>رمز الدخول…</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>نزّل</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>احفظ</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>An access token of your account on Hugging Face. It is kept in the password store (keyring) of this computer. Leave the field empty to remove it.</source>
        <translation>رمز دخول من حسابك على Hugging Face. يُحفظ في مخزن كلمات المرور (keyring) في هذا الحاسوب. اترك الحقل فارغًا لتمحوه.</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>الصفحة</translation>
    </message>
    <message>
        <source>you must ask for access</source>
        <translation>يلزم طلب الإذن</translation>
    </message>
    <message>
        <source>This page has no GGUF file.</source>
        <translation>لا ملف GGUF في هذه الصفحة.</translation>
    </message>
    <message>
        <source>Looking up its files…</source>
        <translation>جارٍ السؤال عن ملفاتها…</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>غير مذكورة</translation>
    </message>
    <message>
        <source>You must ask for access on its page.</source>
        <translation>اطلب الإذن في صفحته أولًا.</translation>
    </message>
    <message>
        <source>Choose a page to see its files.</source>
        <translation>اختر صفحة لترى ملفاتها.</translation>
    </message>
    <message>
        <source>Search Hugging Face</source>
        <translation>ابحث في Hugging Face</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>افتح صفحته</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>الصفحات</translation>
    </message>
    <message>
        <source>Files of the page</source>
        <translation>ملفات الصفحة</translation>
    </message>
    <message>
        <source>By its name it is a base model: it continues text and was not trained to answer.</source>
        <translation>يدل اسمه على أنه نموذج أساس: يكمل النص ولم يُدرَّب على الإجابة.</translation>
    </message>
</context>
<context>
    <name>ImageController</name>
    <message>
        <source>Attach images</source>
        <translation>أرفق صورًا</translation>
    </message>
    <message>
        <source>Images ({patterns})</source>
        <translation>صور ({patterns})</translation>
    </message>
    <message>
        <source>Pasted image</source>
        <translation>صورة ملصقة</translation>
    </message>
    <message>
        <source>Image copied</source>
        <translation>نُسخت الصورة</translation>
    </message>
    <message>
        <source>Models that see images…</source>
        <translation>نماذج ترى الصور…</translation>
    </message>
</context>
<context>
    <name>ImageNotice</name>
    <message numerus="yes">
        <source>A model is shown at most 16 images at once: the %n oldest will be left out.</source>
        <translation>
            <numerusform>لا يُعرض على النموذج أكثر من 16 صورة معًا: لن تُترك صور.</numerusform>
            <numerusform>لا يُعرض على النموذج أكثر من 16 صورة معًا: ستُترك الصورة الأقدم.</numerusform>
            <numerusform>لا يُعرض على النموذج أكثر من 16 صورة معًا: ستُترك الصورتان الأقدم.</numerusform>
            <numerusform>لا يُعرض على النموذج أكثر من 16 صورة معًا: ستُترك أقدم %n صور.</numerusform>
            <numerusform>لا يُعرض على النموذج أكثر من 16 صورة معًا: ستُترك أقدم %n صورة.</numerusform>
            <numerusform>لا يُعرض على النموذج أكثر من 16 صورة معًا: ستُترك أقدم %n صورة.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name} can’t see images: %n image(s) of this chat will be left out.</source>
        <translation>
            <numerusform>لا يرى {name} الصور: لا صور ستُترك.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك صورة واحدة من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك صورتان من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك %n صور من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك %n صورة من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك %n صورة من هذه المحادثة.</numerusform>
        </translation>
    </message>
    <message>
        <source>Models that see images…</source>
        <translation>نماذج ترى الصور…</translation>
    </message>
</context>
<context>
    <name>ImageViewer</name>
    <message>
        <source>Image</source>
        <translation>صورة</translation>
    </message>
    <message>
        <source>Image {name}</source>
        <translation>الصورة {name}</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>نُسخت</translation>
    </message>
    <message>
        <source>Save the image</source>
        <translation>احفظ الصورة</translation>
    </message>
    <message>
        <source>Previous image</source>
        <translation>الصورة السابقة</translation>
    </message>
    <message>
        <source>Next image</source>
        <translation>الصورة التالية</translation>
    </message>
    <message>
        <source>Enlarge</source>
        <translation>كبّر</translation>
    </message>
    <message>
        <source>Copy the image</source>
        <translation>انسخ الصورة</translation>
    </message>
    <message>
        <source>Save the image…</source>
        <translation>احفظ الصورة…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
</context>
<context>
    <name>LinkPopover</name>
    <message>
        <source>Copy link</source>
        <translation>انسخ الرابط</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>افتح</translation>
    </message>
    <message>
        <source>Samar does not open links of this kind.</source>
        <translation>لا يفتح سمر روابط من هذا النوع.</translation>
    </message>
    <message>
        <source>This link leads out of Samar to:</source>
        <translation>يقود هذا الرابط إلى خارج سمر، إلى:</translation>
    </message>
    <message>
        <source>The part before the @ is a name, not the address it leads to.</source>
        <translation>ما قبل علامة @ اسم، لا العنوان الذي يقود إليه الرابط.</translation>
    </message>
    <message>
        <source>Written with letters of another script: {host}</source>
        <translation>يُكتب بحروف أخرى: {host}</translation>
    </message>
</context>
<context>
    <name>LocalPage</name>
    <message>
        <source>Model</source>
        <translation>النموذج</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>المعاملات</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>التكميم</translation>
    </message>
    <message>
        <source>File</source>
        <translation>الملف</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>السرعة</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>الملاءمة</translation>
    </message>
    <message>
        <source>No model matches. Try fewer words.</source>
        <translation>لا نموذج يطابق ذلك. جرّب كلمات أقل.</translation>
    </message>
    <message>
        <source>The folder {name} is not there now; its models come back with it.</source>
        <translation>المجلد {name} ليس في مكانه الآن، وتعود نماذجه حين يعود.</translation>
    </message>
    <message>
        <source>Loaded now</source>
        <translation>محمَّل الآن</translation>
    </message>
    <message>
        <source>Move to the bin…</source>
        <translation>انقل إلى السلة…</translation>
    </message>
    <message>
        <source>Take off the list</source>
        <translation>أزل من القائمة</translation>
    </message>
    <message>
        <source>Add a file…</source>
        <translation>أضف ملفًا…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>أضف مجلدًا…</translation>
    </message>
    <message>
        <source>Folders…</source>
        <translation>المجلدات…</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>استعمل</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>التفاصيل</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>الإعدادات…</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>النماذج على هذا الحاسوب</translation>
    </message>
    <message>
        <source>Search in the list</source>
        <translation>ابحث في القائمة</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>جارٍ البحث في هذا الحاسوب…</translation>
    </message>
    <message>
        <source>{free} of {total} of memory are free now.</source>
        <translation>المتاح من الذاكرة الآن {free} من {total}.</translation>
    </message>
    <message>
        <source>Can’t be used</source>
        <translation>لا يصلح للاستعمال</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>افحص</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>Hide the side bar</source>
        <translation>أخفِ الشريط الجانبي</translation>
    </message>
    <message>
        <source>Show the side bar</source>
        <translation>أظهر الشريط الجانبي</translation>
    </message>
    <message>
        <source>Everything stays on this computer</source>
        <translation>كل شيء يبقى على هذا الحاسوب</translation>
    </message>
    <message>
        <source>Temporary chat</source>
        <translation>محادثة مؤقتة</translation>
    </message>
    <message>
        <source>This chat</source>
        <translation>هذه المحادثة</translation>
    </message>
    <message>
        <source>Chat deleted</source>
        <translation>حُذفت المحادثة</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>تراجع</translation>
    </message>
    <message>
        <source>A temporary chat: never saved, gone when you leave it</source>
        <translation>محادثة مؤقتة: لا تُحفظ أبدًا، وتزول حين تغادرها</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Copy</source>
        <translation>انسخ</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>أعد التوليد</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>أكمل</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>عدّل</translation>
    </message>
    <message>
        <source>Token probabilities</source>
        <translation>احتمالات الرموز</translation>
    </message>
    <message>
        <source>More</source>
        <translation>المزيد</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>النسخة السابقة</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>النسخة التالية</translation>
    </message>
    <message>
        <source>Version {0} of {1}</source>
        <translation>النسخة {0} من {1}</translation>
    </message>
    <message>
        <source>Copy as plain text</source>
        <translation>انسخ نصًّا بلا تنسيق</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>انسخ بصيغة Markdown</translation>
    </message>
    <message>
        <source>Edit reply</source>
        <translation>عدّل الردّ</translation>
    </message>
    <message>
        <source>Show probabilities…</source>
        <translation>أظهر الاحتمالات…</translation>
    </message>
    <message>
        <source>New chat from here</source>
        <translation>محادثة جديدة من هنا</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>احذف</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Buttons of your message</source>
        <translation>أزرار رسالتك</translation>
    </message>
    <message>
        <source>Buttons of the reply</source>
        <translation>أزرار الردّ</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>أعد المحاولة</translation>
    </message>
</context>
<context>
    <name>MessageEditor</name>
    <message>
        <source>Edit your message</source>
        <translation>عدّل رسالتك</translation>
    </message>
    <message>
        <source>Edit the reply</source>
        <translation>عدّل الردّ</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>أرسل</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>احفظ</translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message>
        <source>Models</source>
        <translation>النماذج</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>على هذا الحاسوب</translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation>افتح ملف نموذج…</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>كل النماذج</translation>
    </message>
    <message>
        <source>Settings of this model…</source>
        <translation>إعدادات هذا النموذج…</translation>
    </message>
    <message>
        <source>Stop loading</source>
        <translation>أوقف التحميل</translation>
    </message>
</context>
<context>
    <name>ModelLoader</name>
    <message>
        <source>Open a model file</source>
        <translation>افتح ملف نموذج</translation>
    </message>
    <message>
        <source>Model files (*.gguf)</source>
        <translation>ملفات النماذج (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>كل الملفات (*)</translation>
    </message>
    <message>
        <source>Load without the draft model</source>
        <translation>حمّله من دون نموذج المسوّدة</translation>
    </message>
    <message>
        <source>Load without adapters</source>
        <translation>حمّله من دون مهايئات</translation>
    </message>
    <message>
        <source>Load without images</source>
        <translation>حمّله من دون الصور</translation>
    </message>
    <message>
        <source>Load with a shorter context</source>
        <translation>حمّله بسياق أقصر</translation>
    </message>
    <message>
        <source>Load on the processor</source>
        <translation>حمّله على المعالج</translation>
    </message>
    <message>
        <source>Settings of this model…</source>
        <translation>إعدادات هذا النموذج…</translation>
    </message>
    <message>
        <source>Comes with Samar</source>
        <translation>يأتي مع سمر</translation>
    </message>
    <message numerus="yes">
        <source>The context is %n token(s): the free memory has room for no more.</source>
        <translation>
            <numerusform>السياق %n رمز، بقدر ما تتّسع له الذاكرة المتاحة.</numerusform>
            <numerusform>السياق رمز واحد، بقدر ما تتّسع له الذاكرة المتاحة.</numerusform>
            <numerusform>السياق رمزان، بقدر ما تتّسع له الذاكرة المتاحة.</numerusform>
            <numerusform>السياق %n رموز، بقدر ما تتّسع له الذاكرة المتاحة.</numerusform>
            <numerusform>السياق %n رمزًا، بقدر ما تتّسع له الذاكرة المتاحة.</numerusform>
            <numerusform>السياق %n رمز، بقدر ما تتّسع له الذاكرة المتاحة.</numerusform>
        </translation>
    </message>
    <message>
        <source>The chat template of this model does not work: its answers may be odd.</source>
        <translation>قالب محادثة هذا النموذج لا يعمل: قد تكون الأجوبة غريبة.</translation>
    </message>
    <message>
        <source>This model has no chat template: its answers may be odd.</source>
        <translation>لا قالب محادثة لهذا النموذج: قد تكون أجوبته غريبة.</translation>
    </message>
    <message>
        <source>This model continues the text that you write. Its settings can make it answer.</source>
        <translation>هذا النموذج يكمل النص الذي تكتبه. يمكنك من إعداداته أن تجعله يجيب.</translation>
    </message>
    <message>
        <source>Samar Starter</source>
        <translation>نموذج سمر المبدئي</translation>
    </message>
</context>
<context>
    <name>ModelPicker</name>
    <message>
        <source>Choose a model</source>
        <translation>اختر نموذجًا</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>جارٍ التحميل…</translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation>لم يُحمَّل</translation>
    </message>
    <message>
        <source>Model: {name}</source>
        <translation>النموذج: {name}</translation>
    </message>
</context>
<context>
    <name>ModelSettingsDialog</name>
    <message>
        <source>context {size}</source>
        <translation>السياق {size}</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n رمز</numerusform>
            <numerusform>رمز واحد</numerusform>
            <numerusform>رمزان</numerusform>
            <numerusform>%n رموز</numerusform>
            <numerusform>%n رمزًا</numerusform>
            <numerusform>%n رمز</numerusform>
        </translation>
    </message>
    <message>
        <source>As in the settings: {tokens}</source>
        <translation>كما في الإعدادات: {tokens}</translation>
    </message>
    <message>
        <source>Settings of this model</source>
        <translation>إعدادات هذا النموذج</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>السياق</translation>
    </message>
    <message>
        <source>Flash attention</source>
        <translation>الانتباه السريع (flash attention)</translation>
    </message>
    <message>
        <source>Draft model</source>
        <translation>نموذج المسودّة</translation>
    </message>
    <message>
        <source>None</source>
        <translation>لا شيء</translation>
    </message>
    <message>
        <source>F16, exact</source>
        <translation>F16، كامل الدقة</translation>
    </message>
    <message>
        <source>Q8_0, half</source>
        <translation>Q8_0، النصف</translation>
    </message>
    <message>
        <source>Q4_0, a quarter</source>
        <translation>Q4_0، الربع</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>تلقائي</translation>
    </message>
    <message>
        <source>On</source>
        <translation>مفعّل</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>دائمًا</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>احفظ</translation>
    </message>
    <message>
        <source>Save and load again</source>
        <translation>احفظ وأعد التحميل</translation>
    </message>
    <message>
        <source>Save and use</source>
        <translation>احفظ واستعمل</translation>
    </message>
    <message>
        <source>Adapters (LoRA)</source>
        <translation>المهايئات (LoRA)</translation>
    </message>
    <message>
        <source>The one beside the model, if there is one</source>
        <translation>الذي بجانب النموذج إن وُجد</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>التفكير</translation>
    </message>
    <message>
        <source>model {size}</source>
        <translation>النموذج {size}</translation>
    </message>
    <message>
        <source>working memory {size}</source>
        <translation>ذاكرة العمل {size}</translation>
    </message>
    <message>
        <source>other files {size}</source>
        <translation>ملفات أخرى {size}</translation>
    </message>
    <message>
        <source>As much as the model can: {tokens}</source>
        <translation>أقصى ما يستطيعه النموذج: {tokens}</translation>
    </message>
    <message>
        <source>On this computer the engine uses the processor only.</source>
        <translation>لا يستعمل المحرّك في هذا الحاسوب إلا المعالج.</translation>
    </message>
    <message>
        <source>How much of a chat the model can keep in view, at most {tokens} tokens. More takes more memory.</source>
        <translation>ما يستطيع النموذج إبقاءه أمامه من المحادثة، وأقصاه {tokens} من الرموز. وكلما زاد أخذ ذاكرة أكثر.</translation>
    </message>
    <message>
        <source>Memory of the context (KV cache)</source>
        <translation>ذاكرة السياق (KV cache)</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>خيوط المعالج</translation>
    </message>
    <message>
        <source>How many parts of the processor work at once. Automatic follows the settings and leaves room for other programs.</source>
        <translation>كم جزءًا من المعالج يعمل معًا. التلقائي يتبع الإعدادات ويترك متّسعًا للبرامج الأخرى.</translation>
    </message>
    <message>
        <source>Layers on the graphics card (GPU)</source>
        <translation>الطبقات على بطاقة الرسوم (GPU)</translation>
    </message>
    <message>
        <source>Parts of the model that the graphics card computes. Automatic puts all of them there when the model fits; 0 uses the processor only.</source>
        <translation>أجزاء النموذج التي تحسبها بطاقة الرسوم. التلقائي يضعها كلها هناك إن اتّسع المكان، والصفر يكتفي بالمعالج.</translation>
    </message>
    <message>
        <source>Reads long chats faster, in less memory. On the processor, replies in very long chats come faster without it.</source>
        <translation>تُقرأ المحادثات الطويلة به أسرع وفي ذاكرة أقل. أمّا على المعالج فالردود في المحادثات الطويلة جدًّا أسرع من دونه.</translation>
    </message>
    <message>
        <source>Read the model from its file (mmap)</source>
        <translation>قراءة النموذج من ملفه (mmap)</translation>
    </message>
    <message>
        <source>On loads faster and lets other programs use the memory when they need it. Off copies the model into memory.</source>
        <translation>عند التفعيل يُحمَّل أسرع، وتأخذ البرامج الأخرى ذاكرته إن احتاجت إليها. وعند التعطيل يُنسخ إلى الذاكرة.</translation>
    </message>
    <message>
        <source>Keep in memory (mlock)</source>
        <translation>الإبقاء في الذاكرة (mlock)</translation>
    </message>
    <message>
        <source>The system never moves the model out of memory, if it allows that, so the first reply after a pause is fast.</source>
        <translation>لا يُخرج النظامُ النموذجَ من الذاكرة، إن سمح بذلك، فيأتي أول ردّ بعد انقطاع سريعًا.</translation>
    </message>
    <message>
        <source>A smaller type leaves room for a longer context, but the processor then reads long chats at half the speed. With Q8_0 you will hardly notice a difference in replies; Q4_0 makes them worse.</source>
        <translation>النوع الأصغر يفسح مجالًا لسياق أطول، لكنّ المعالج يقرأ المحادثات الطويلة عندئذٍ بنصف السرعة. لا يكاد أثر Q8_0 يُلحظ في الردود، أمّا Q4_0 فيضعفها.</translation>
    </message>
    <message>
        <source>The system decides</source>
        <translation>كما يقرّر النظام</translation>
    </message>
    <message>
        <source>Back to the original values</source>
        <translation>أعد القيم الأصلية</translation>
    </message>
    <message>
        <source>Small files that teach this model something more. 1 is the full effect, 0 is none.</source>
        <translation>ملفات صغيرة تعلّم هذا النموذج شيئًا زائدًا. ‏1 أثر كامل، و0 بلا أثر.</translation>
    </message>
    <message>
        <source>A much smaller model of the same family that guesses the next words (speculative decoding). Replies stay the same and come faster.</source>
        <translation>نموذج أصغر بكثير من العائلة نفسها يخمّن الكلمات التالية (speculative decoding). تبقى الردود كما هي وتأتي أسرع.</translation>
    </message>
    <message>
        <source>Vision file (projector)</source>
        <translation>ملف الرؤية (projector)</translation>
    </message>
    <message>
        <source>The file (mmproj) with which this model sees images. If it is beside the model, Samar finds it by its name.</source>
        <translation>الملف (mmproj) الذي يرى به هذا النموذج الصور. إن كان بجانب النموذج عرفه سمر من اسمه.</translation>
    </message>
    <message>
        <source>For chats that leave the choice open. Off: answers begin at once. On: better answers to hard questions.</source>
        <translation>للمحادثات التي لم تختر ذلك بنفسها. معطّل: يبدأ الجواب فورًا. مفعّل: أجوبة أفضل للأسئلة الصعبة.</translation>
    </message>
    <message>
        <source>As the model decides</source>
        <translation>كعادة النموذج</translation>
    </message>
    <message>
        <source>Thinking can’t be switched on or off for this model.</source>
        <translation>لا يمكن تفعيل التفكير أو تعطيله في هذا النموذج.</translation>
    </message>
    <message>
        <source>Context in tokens</source>
        <translation>السياق بالرموز</translation>
    </message>
    <message>
        <source>As it was trained</source>
        <translation>كما دُرِّب</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>يجيب</translation>
    </message>
    <message>
        <source>Continues</source>
        <translation>يكمل النص</translation>
    </message>
    <message>
        <source>Answers or continues</source>
        <translation>يجيب أم يكمل</translation>
    </message>
    <message>
        <source>A model that was trained on plain text only (a base model) continues what you write; the others answer.</source>
        <translation>النموذج الذي دُرِّب على نصوص عادية فقط (نموذج أساس) يكمل ما تكتبه، وغيره يجيب.</translation>
    </message>
</context>
<context>
    <name>ModelsCoordinator</name>
    <message>
        <source>Add model files</source>
        <translation>أضف ملفات نماذج</translation>
    </message>
    <message>
        <source>Model files (*.gguf)</source>
        <translation>ملفات النماذج (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>كل الملفات (*)</translation>
    </message>
    <message>
        <source>Add a folder of models</source>
        <translation>أضف مجلد نماذج</translation>
    </message>
    <message>
        <source>Move {name} to the bin? Emptying the bin frees {size}.</source>
        <translation>هل تنقل {name} إلى السلة؟ إفراغ السلة يحرّر {size}.</translation>
    </message>
    <message>
        <source>Move to the bin</source>
        <translation>انقل إلى السلة</translation>
    </message>
    <message>
        <source>Reading {name}…</source>
        <translation>جارٍ قراءة {name}…</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) added.</source>
        <translation>
            <numerusform>لم يُضف نموذج.</numerusform>
            <numerusform>أُضيف نموذج واحد.</numerusform>
            <numerusform>أُضيف نموذجان.</numerusform>
            <numerusform>أُضيفت %n نماذج.</numerusform>
            <numerusform>أُضيف %n نموذجًا.</numerusform>
            <numerusform>أُضيف %n نموذج.</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} is in the bin.</source>
        <translation>{name} في السلة.</translation>
    </message>
    <message>
        <source>Reading {name}… {done} of {whole}</source>
        <translation>جارٍ قراءة {name}… {done} من {whole}</translation>
    </message>
    <message>
        <source>Samar does not use the internet yet. To download, it connects to {host} and to nothing else; nothing about you is sent.</source>
        <translation>لا يستعمل سمر الإنترنت بعد. وللتنزيل يتصل بـ {host} وحده، ولا يُرسَل شيء عنك.</translation>
    </message>
    <message>
        <source>Allow and download</source>
        <translation>اسمح ونزّل</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>The access token is saved in the password store (keyring) of this computer.</source>
        <translation>حُفظ رمز الدخول في مخزن كلمات المرور (keyring) في هذا الحاسوب.</translation>
    </message>
    <message>
        <source>Connecting to {host}…</source>
        <translation>جارٍ الاتصال بـ {host}…</translation>
    </message>
    <message>
        <source>Allow the internet?</source>
        <translation>هل تسمح بالإنترنت؟</translation>
    </message>
    <message>
        <source>The plan for {repo} appears in the main window of Samar: how large the model is, and what it becomes.</source>
        <translation>تظهر خطة {repo} في نافذة سمر الرئيسية: كم حجم النموذج، وماذا يصير.</translation>
    </message>
    <message>
        <source>{name} was taken off the list. Its file stays where it is.</source>
        <translation>أُزيل {name} من القائمة، وبقي ملفه في مكانه.</translation>
    </message>
    <message>
        <source>The file of {name} is complete and unchanged (its checksum is right).</source>
        <translation>ملف {name} كامل لم يتغيّر (مجموع التحقق صحيح).</translation>
    </message>
    <message>
        <source>The beginning of {name} is in order. There is no checksum to compare the rest with.</source>
        <translation>أول ملف {name} سليم، ولا مجموع تحقق يُقارن به الباقي.</translation>
    </message>
    <message>
        <source>{name} is downloaded and complete.</source>
        <translation>نُزّل {name} كاملًا.</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>النماذج</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>على هذا الحاسوب</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>ننصح به</translation>
    </message>
    <message>
        <source>Which models</source>
        <translation>أي النماذج</translation>
    </message>
    <message>
        <source>On Hugging Face</source>
        <translation>على Hugging Face</translation>
    </message>
</context>
<context>
    <name>NetworkOff</name>
    <message>
        <source>Samar does not use the internet.</source>
        <translation>لا يستعمل سمر الإنترنت.</translation>
    </message>
    <message>
        <source>Searching and downloading connect to {host} and to nothing else, and only when you ask for it. Nothing about you or your chats is sent. You can forbid it again in the settings.</source>
        <translation>البحث والتنزيل يتصلان بـ {host} وحده، وحين تطلب أنت فقط. لا يُرسَل شيء عنك ولا عن محادثاتك. ويمكنك منعه ثانيةً من الإعدادات.</translation>
    </message>
    <message>
        <source>Allow the internet</source>
        <translation>اسمح بالإنترنت</translation>
    </message>
</context>
<context>
    <name>Overlays</name>
    <message>
        <source>To the end</source>
        <translation>إلى النهاية</translation>
    </message>
    <message>
        <source>Open the table in a window</source>
        <translation>افتح الجدول في نافذة</translation>
    </message>
</context>
<context>
    <name>PlanCard</name>
    <message>
        <source>{stage} · {percent}%</source>
        <translation>{stage} · {percent}%</translation>
    </message>
    <message>
        <source>Fits this computer</source>
        <translation>يتّسع له هذا الحاسوب</translation>
    </message>
    <message>
        <source>Tight for this computer</source>
        <translation>بالكاد يتّسع له هذا الحاسوب</translation>
    </message>
    <message>
        <source>Too large for this computer</source>
        <translation>أكبر من هذا الحاسوب</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>جارٍ التنزيل</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>جارٍ القراءة</translation>
    </message>
    <message>
        <source>Converting</source>
        <translation>جارٍ التحويل</translation>
    </message>
    <message>
        <source>Trying it out</source>
        <translation>جارٍ التجريب</translation>
    </message>
    <message>
        <source>Finishing</source>
        <translation>جارٍ الإنهاء</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>النوع</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>حوّل</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Looking at {name}…</source>
        <translation>جارٍ فحص {name}…</translation>
    </message>
    <message>
        <source>Convert {name}</source>
        <translation>حوّل {name}</translation>
    </message>
    <message>
        <source>{family}, {count} parameters</source>
        <translation>{family}، عدد المعاملات {count}</translation>
    </message>
    <message>
        <source>tokenizer {name}</source>
        <translation>المُرمِّز {name}</translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s)</source>
        <translation>
            <numerusform>أقلّ من دقيقة</numerusform>
            <numerusform>نحو دقيقة</numerusform>
            <numerusform>نحو دقيقتين</numerusform>
            <numerusform>نحو %n دقائق</numerusform>
            <numerusform>نحو %n دقيقة</numerusform>
            <numerusform>نحو %n دقيقة</numerusform>
        </translation>
    </message>
    <message>
        <source>There is not enough free space on the disk.</source>
        <translation>المساحة الخالية على القرص لا تكفي.</translation>
    </message>
</context>
<context>
    <name>ProbabilitySwitch</name>
    <message>
        <source>Token probabilities</source>
        <translation>احتمالات الرموز</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّلة</translation>
    </message>
    <message>
        <source>On</source>
        <translation>مفعّلة</translation>
    </message>
    <message>
        <source>Shows for the next replies how sure the model was of each token (piece of a word), and what else it might have written.</source>
        <translation>تبيّن في الردود القادمة مدى ثقة النموذج بكل رمز (جزء من كلمة)، وما كان يمكن أن يكتبه بدلًا منه.</translation>
    </message>
</context>
<context>
    <name>PromptController</name>
    <message>
        <source>New prompt</source>
        <translation>تعليمات جديدة</translation>
    </message>
    <message>
        <source>Import prompts</source>
        <translation>استورد تعليمات</translation>
    </message>
    <message>
        <source>Exported prompts (*.json)</source>
        <translation>تعليمات مصدَّرة (*.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>كل الملفات (*)</translation>
    </message>
    <message numerus="yes">
        <source>%n prompt(s) imported</source>
        <translation>
            <numerusform>لم تُستورد أي تعليمات</numerusform>
            <numerusform>استُوردت تعليمات واحدة</numerusform>
            <numerusform>استُوردت مجموعتان من التعليمات</numerusform>
            <numerusform>استُوردت %n مجموعات من التعليمات</numerusform>
            <numerusform>استُوردت %n مجموعةً من التعليمات</numerusform>
            <numerusform>استُوردت %n مجموعة من التعليمات</numerusform>
        </translation>
    </message>
    <message>
        <source>Export prompts</source>
        <translation>صدّر التعليمات</translation>
    </message>
    <message>
        <source>“{name}” now applies to this chat</source>
        <translation>«{name}» سارية الآن في هذه المحادثة</translation>
    </message>
    <message>
        <source>Samar prompts</source>
        <translation>تعليمات سمر</translation>
    </message>
</context>
<context>
    <name>PromptDialog</name>
    <message>
        <source>Without a name</source>
        <translation>بلا اسم</translation>
    </message>
    <message>
        <source>{name}, starred</source>
        <translation>{name}، مميّزة بنجمة</translation>
    </message>
    <message>
        <source>Remove the star</source>
        <translation>أزل النجمة</translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation>التعليمات</translation>
    </message>
    <message>
        <source>New prompt</source>
        <translation>تعليمات جديدة</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>استورد…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>صدّر…</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>الاسم</translation>
    </message>
    <message>
        <source>summarise, to be typed as /summarise</source>
        <translation>لخّص، ويُكتب ‎/لخّص</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>النص</translation>
    </message>
    <message>
        <source>Delete the prompt</source>
        <translation>احذف التعليمات</translation>
    </message>
    <message>
        <source>Use in this chat</source>
        <translation>استعملها في هذه المحادثة</translation>
    </message>
    <message>
        <source>Prompt deleted</source>
        <translation>حُذفت التعليمات</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>تراجع</translation>
    </message>
    <message>
        <source>Add a star: it comes first in the list</source>
        <translation>ميّزها بنجمة لتتصدّر القائمة</translation>
    </message>
    <message>
        <source>Short name</source>
        <translation>الاسم المختصر</translation>
    </message>
    <message>
        <source>Filled in when it is used: {date} today’s date, {time} the time, {language} the language of the interface, {user} your name.</source>
        <translation>تُملأ عند الاستعمال: {date} تاريخ اليوم، {time} الساعة، {language} لغة الواجهة، {user} اسمك.</translation>
    </message>
    <message>
        <source>No prompts yet. A prompt tells a model how to answer. The ones that you keep here are at hand in every chat.</source>
        <translation>لا تعليمات بعد. التعليمات تقول للنموذج كيف يجيب، وما تحفظه هنا تجده في كل محادثة.</translation>
    </message>
</context>
<context>
    <name>ReplyForm</name>
    <message>
        <source>Write it here, or start from an example.</source>
        <translation>اكتبه هنا، أو ابدأ من مثال.</translation>
    </message>
    <message>
        <source>Every reply in this chat will have this form.</source>
        <translation>كل ردّ في هذه المحادثة سيكون بهذا الشكل.</translation>
    </message>
    <message>
        <source>A list of texts</source>
        <translation>قائمة نصوص</translation>
    </message>
    <message>
        <source>An object with fields</source>
        <translation>كائن له حقول</translation>
    </message>
    <message>
        <source>One of three answers, with a reason</source>
        <translation>واحد من ثلاثة أجوبة مع السبب</translation>
    </message>
    <message>
        <source>“yes” or “no”</source>
        <translation>«yes» أو «no»</translation>
    </message>
    <message>
        <source>A date</source>
        <translation>تاريخ</translation>
    </message>
    <message>
        <source>A list of three to seven points</source>
        <translation>قائمة من ثلاث نقاط إلى سبع</translation>
    </message>
    <message>
        <source>Form of the replies</source>
        <translation>شكل الردود</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>حرّ</translation>
    </message>
    <message>
        <source>Grammar</source>
        <translation>قالب (GBNF)</translation>
    </message>
    <message>
        <source>Grammar in GBNF</source>
        <translation>قالب بصيغة GBNF</translation>
    </message>
    <message>
        <source>JSON schema or grammar</source>
        <translation>مخطط JSON أو قالب</translation>
    </message>
    <message>
        <source>Examples…</source>
        <translation>أمثلة…</translation>
    </message>
    <message>
        <source>Until this is corrected, replies are free.</source>
        <translation>وإلى أن يُصحَّح تبقى الردود حرّة.</translation>
    </message>
</context>
<context>
    <name>ReplyPages</name>
    <message>
        <source>Models for this computer</source>
        <translation>نماذج تناسب حاسوبك</translation>
    </message>
    <message>
        <source>Your models</source>
        <translation>نماذجك</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>افتح ملفًا…</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>New temporary chat</source>
        <translation>محادثة مؤقتة جديدة</translation>
    </message>
    <message>
        <source>Recently deleted…</source>
        <translation>المحذوفة حديثًا…</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>ابحث في المحادثات</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>صدّر…</translation>
    </message>
    <message>
        <source>This chat</source>
        <translation>هذه المحادثة</translation>
    </message>
    <message>
        <source>Prompts…</source>
        <translation>التعليمات…</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>الإعدادات</translation>
    </message>
    <message>
        <source>Settings: Data</source>
        <translation>الإعدادات: البيانات</translation>
    </message>
    <message>
        <source>Settings: Engine</source>
        <translation>الإعدادات: المحرّك</translation>
    </message>
    <message>
        <source>Settings: Help</source>
        <translation>الإعدادات: المساعدة</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>اختصارات لوحة المفاتيح</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Copied</source>
        <translation>نُسخ</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>احفظ التقرير</translation>
    </message>
    <message>
        <source>Report a problem</source>
        <translation>أبلغ عن مشكلة</translation>
    </message>
    <message>
        <source>Files of the report</source>
        <translation>ملفات التقرير</translation>
    </message>
    <message>
        <source>Text of the chosen file</source>
        <translation>نصّ الملف المختار</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>انسخ</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Save the report…</source>
        <translation>احفظ التقرير…</translation>
    </message>
    <message>
        <source>Saved as {name}. Send it to whoever you like.</source>
        <translation>حُفظ باسم {name}. أرسله إلى من تشاء.</translation>
    </message>
    <message>
        <source>Zip files (*.zip)</source>
        <translation>ملفات مضغوطة (‎*.zip‎)</translation>
    </message>
    <message>
        <source>Read what the report will hold</source>
        <translation>اقرأ ما سيكون في التقرير</translation>
    </message>
    <message>
        <source>Samar sends nothing, and the report has no text of your chats. Leave out what you don’t want to share.</source>
        <translation>لا يُرسَل شيء، وليس في التقرير شيء من نصّ محادثاتك. استبعد ما لا تريد أن يراه غيرك.</translation>
    </message>
</context>
<context>
    <name>Samar</name>
    <message>
        <source>Samar</source>
        <translation>سَمَر</translation>
    </message>
    <message>
        <source>Samar {version} is available</source>
        <translation>صدر سمر {version}</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>اعرض</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>انسخ التفاصيل</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Samar can’t start</source>
        <translation>تعذّر تشغيل سمر</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>أعد المحاولة</translation>
    </message>
    <message>
        <source>A temporary chat is not saved: copy what you want to keep.</source>
        <translation>المحادثة المؤقتة لا تُحفظ: انسخ ما تريد الاحتفاظ به.</translation>
    </message>
</context>
<context>
    <name>Sampling</name>
    <message>
        <source>Low: precise, much the same each time. High: freer, more surprising.</source>
        <translation>منخفض: دقيق ومتشابه كل مرة. مرتفع: أكثر حرية ومفاجأة.</translation>
    </message>
    <message>
        <source>Longest reply</source>
        <translation>أطول ردّ</translation>
    </message>
    <message>
        <source>Which tokens may be chosen</source>
        <translation>الرموز التي يُختار منها</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Typical-p</source>
        <translation>Typical-p</translation>
    </message>
    <message>
        <source>Top-nσ</source>
        <translation>Top-nσ</translation>
    </message>
    <message>
        <source>Against repetition</source>
        <translation>منع التكرار</translation>
    </message>
    <message>
        <source>Repeat penalty</source>
        <translation>عقوبة التكرار</translation>
    </message>
    <message>
        <source>Above 1, words used lately become less likely.</source>
        <translation>فوق 1 يقلّ احتمال الكلمات التي وردت قريبًا.</translation>
    </message>
    <message>
        <source>How far back</source>
        <translation>مدى النظر</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>عقوبة الورود</translation>
    </message>
    <message>
        <source>Above 0, what was said once becomes less likely: new subjects come sooner.</source>
        <translation>فوق 0 يقلّ احتمال ما قيل مرة، فتأتي موضوعات جديدة أسرع.</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>عقوبة الكثرة</translation>
    </message>
    <message>
        <source>Above 0, a word becomes less likely each time that it is used.</source>
        <translation>فوق 0 يقلّ احتمال الكلمة كلما تكررت.</translation>
    </message>
    <message>
        <source>DRY strength</source>
        <translation>قوة DRY</translation>
    </message>
    <message>
        <source>Keeps whole phrases from being repeated, without touching single words. 0.8 is a good start.</source>
        <translation>يمنع تكرار العبارات الكاملة دون أن يمسّ الكلمات المفردة. القيمة 0.8 بداية حسنة.</translation>
    </message>
    <message>
        <source>DRY base</source>
        <translation>أساس DRY</translation>
    </message>
    <message>
        <source>DRY free length</source>
        <translation>الطول المسموح في DRY</translation>
    </message>
    <message>
        <source>DRY range</source>
        <translation>مدى DRY</translation>
    </message>
    <message>
        <source>Surprise</source>
        <translation>المفاجأة</translation>
    </message>
    <message>
        <source>XTC chance</source>
        <translation>احتمال XTC</translation>
    </message>
    <message>
        <source>XTC threshold</source>
        <translation>عتبة XTC</translation>
    </message>
    <message>
        <source>Temperature range</source>
        <translation>مدى الحرارة</translation>
    </message>
    <message>
        <source>Temperature curve</source>
        <translation>منحنى الحرارة</translation>
    </message>
    <message>
        <source>Adaptive-p target</source>
        <translation>هدف Adaptive-p</translation>
    </message>
    <message>
        <source>Adaptive-p memory</source>
        <translation>ذاكرة Adaptive-p</translation>
    </message>
    <message>
        <source>Mirostat</source>
        <translation>Mirostat</translation>
    </message>
    <message>
        <source>Mirostat target</source>
        <translation>هدف Mirostat</translation>
    </message>
    <message>
        <source>Mirostat rate</source>
        <translation>سرعة Mirostat</translation>
    </message>
    <message>
        <source>How quickly it corrects itself.</source>
        <translation>سرعة تصحيحه لنفسه.</translation>
    </message>
    <message>
        <source>Repeatable and short</source>
        <translation>الإعادة والتوقف</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>البذرة</translation>
    </message>
    <message>
        <source>The same seed gives the same reply to the same words.</source>
        <translation>البذرة نفسها تعطي الردّ نفسه للكلام نفسه.</translation>
    </message>
    <message>
        <source>Stop at</source>
        <translation>قف عند</translation>
    </message>
    <message>
        <source>The reply ends before any of these texts; write | between them and \n for a new line.</source>
        <translation>ينتهي الردّ قبل أيّ من هذه النصوص؛ اكتب | بينها و\n للسطر الجديد.</translation>
    </message>
    <message>
        <source>Temperature (creativity)</source>
        <translation>درجة الحرارة (الإبداع)</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>الأسلوب</translation>
    </message>
    <message>
        <source>Ways of writing that have a name. You can save your own.</source>
        <translation>أساليب كتابة لها أسماء، ويمكنك أن تحفظ أساليبك.</translation>
    </message>
    <message>
        <source>In tokens (pieces of words). Automatic: until the model has finished.</source>
        <translation>بالرموز (أجزاء الكلمات). تلقائي: حتى يُتمّ النموذج كلامه.</translation>
    </message>
    <message>
        <source>The model chooses among this many of the likeliest tokens.</source>
        <translation>يختار النموذج من هذا العدد من الرموز الأرجح.</translation>
    </message>
    <message>
        <source>The model chooses among the likeliest tokens that together reach this share. 1 switches it off.</source>
        <translation>يختار النموذج من أرجح الرموز التي يبلغ مجموعها هذه النسبة. القيمة 1 تعطّله.</translation>
    </message>
    <message>
        <source>Leaves out tokens less likely than this share of the likeliest one. 0 switches it off.</source>
        <translation>يستبعد الرموز الأقل احتمالًا من هذه النسبة من الأرجح. القيمة 0 تعطّله.</translation>
    </message>
    <message>
        <source>Prefers tokens that are neither too likely nor too unlikely at this place. 1 switches it off.</source>
        <translation>يفضّل الرموز التي ليست أرجح من المعتاد في موضعها ولا أبعد. القيمة 1 تعطّله.</translation>
    </message>
    <message>
        <source>Keeps tokens within this many standard deviations of the best one.</source>
        <translation>يُبقي الرموز التي لا تبعد عن الأفضل أكثر من هذا العدد من الانحرافات المعيارية.</translation>
    </message>
    <message>
        <source>The penalties look back over this many tokens.</source>
        <translation>عدد الرموز السابقة التي تنظر فيها العقوبات.</translation>
    </message>
    <message>
        <source>How quickly the penalty grows with the length of the phrase.</source>
        <translation>سرعة ازدياد العقوبة مع طول العبارة.</translation>
    </message>
    <message>
        <source>Repeated phrases of up to this many tokens are allowed.</source>
        <translation>لا عقوبة على عبارة مكررة لا تزيد على هذا العدد من الرموز.</translation>
    </message>
    <message>
        <source>Looks for repeated phrases in this many tokens.</source>
        <translation>يبحث عن العبارات المكررة في هذا العدد من الرموز.</translation>
    </message>
    <message>
        <source>How often the likeliest tokens are skipped, for fresher words.</source>
        <translation>كم مرة تُتجاوز الرموز الأرجح، طلبًا لكلمات أقل تكرارًا.</translation>
    </message>
    <message>
        <source>Only tokens at least this likely can be skipped.</source>
        <translation>لا يُتجاوز إلا ما بلغ احتماله هذه القيمة.</translation>
    </message>
    <message>
        <source>Lets the temperature go up and down by this much, depending on how sure the model is.</source>
        <translation>يسمح لدرجة الحرارة بأن ترتفع وتنخفض بهذا القدر تبعًا لثقة النموذج.</translation>
    </message>
    <message>
        <source>How quickly it changes.</source>
        <translation>سرعة تغيّرها.</translation>
    </message>
    <message>
        <source>Prefers tokens that are about this likely.</source>
        <translation>يفضّل الرموز القريبة من هذا الاحتمال.</translation>
    </message>
    <message>
        <source>For how long earlier choices matter.</source>
        <translation>كم يدوم أثر الاختيارات السابقة.</translation>
    </message>
    <message>
        <source>Version 1 or 2 keeps the amount of surprise even over a long text, instead of top-k, top-p and the like.</source>
        <translation>الإصدار 1 أو 2 يُبقي المفاجأة على قدر واحد في النص الطويل، بدلًا من top-k وtop-p وأمثالهما.</translation>
    </message>
    <message>
        <source>How much surprise to keep: lower is calmer.</source>
        <translation>قدر المفاجأة المطلوب: الأقل أهدأ.</translation>
    </message>
</context>
<context>
    <name>SamplingEditor</name>
    <message>
        <source>Automatic</source>
        <translation>تلقائي</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>عشوائية</translation>
    </message>
    <message>
        <source>Your own values</source>
        <translation>قيمك الخاصة</translation>
    </message>
    <message>
        <source>Precise</source>
        <translation>دقيق</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>متوازن</translation>
    </message>
    <message>
        <source>Creative</source>
        <translation>مبدع</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>احفظ</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Back to the model’s own values</source>
        <translation>عُد إلى قيم النموذج</translation>
    </message>
    <message>
        <source>As its makers set it</source>
        <translation>كما ضبطه صانعوه</translation>
    </message>
    <message>
        <source>Save as a style…</source>
        <translation>احفظ أسلوبًا…</translation>
    </message>
    <message>
        <source>Remove a style</source>
        <translation>أزل أسلوبًا</translation>
    </message>
    <message>
        <source>Save as a style</source>
        <translation>احفظ أسلوبًا</translation>
    </message>
    <message>
        <source>Name of the style</source>
        <translation>اسم الأسلوب</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>إعدادات متقدّمة</translation>
    </message>
    <message>
        <source>Values that are rarely needed: top-k, repetition, seed and others</source>
        <translation>قيم نادرًا ما تلزم: top-k والتكرار والبذرة وغيرها</translation>
    </message>
</context>
<context>
    <name>SelectionBar</name>
    <message numerus="yes">
        <source>%n chat(s) selected</source>
        <translation>
            <numerusform>لا محادثة محدّدة</numerusform>
            <numerusform>محادثة واحدة محدّدة</numerusform>
            <numerusform>محادثتان محدّدتان</numerusform>
            <numerusform>%n محادثات محدّدة</numerusform>
            <numerusform>%n محادثة محدّدة</numerusform>
            <numerusform>%n محادثة محدّدة</numerusform>
        </translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>ألغِ التثبيت</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>ثبّت</translation>
    </message>
    <message>
        <source>Move to a folder</source>
        <translation>انقل إلى مجلد</translation>
    </message>
    <message>
        <source>Take out of the archive</source>
        <translation>أعد من الأرشيف</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>أرشف</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>صدّر</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>احذف</translation>
    </message>
    <message>
        <source>Clear the selection</source>
        <translation>ألغِ التحديد</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>لا رموز</numerusform>
            <numerusform>رمز واحد</numerusform>
            <numerusform>رمزان</numerusform>
            <numerusform>%n رموز</numerusform>
            <numerusform>%n رمزًا</numerusform>
            <numerusform>%n رمز</numerusform>
        </translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>الإعدادات</translation>
    </message>
    <message>
        <source>General</source>
        <translation>عام</translation>
    </message>
    <message>
        <source>Replies</source>
        <translation>الردود</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>المحرّك</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>البيانات</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>اللغة</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>المظهر</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>التباين</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>حجم الخط</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>تعليمات دائمة للنموذج</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>اسمك</translation>
    </message>
    <message>
        <source>How replies are written</source>
        <translation>كيف تُكتب الردود</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>السياق</translation>
    </message>
    <message numerus="yes">
        <source>Automatic leaves room for your other programs. This computer has %n core(s).</source>
        <translation>
            <numerusform>التلقائي يترك متّسعًا لبرامجك الأخرى.</numerusform>
            <numerusform>التلقائي يترك متّسعًا لبرامجك الأخرى. في هذا الحاسوب نواة واحدة.</numerusform>
            <numerusform>التلقائي يترك متّسعًا لبرامجك الأخرى. في هذا الحاسوب نواتان.</numerusform>
            <numerusform>التلقائي يترك متّسعًا لبرامجك الأخرى. في هذا الحاسوب %n أنوية.</numerusform>
            <numerusform>التلقائي يترك متّسعًا لبرامجك الأخرى. في هذا الحاسوب %n نواة.</numerusform>
            <numerusform>التلقائي يترك متّسعًا لبرامجك الأخرى. في هذا الحاسوب %n نواة.</numerusform>
        </translation>
    </message>
    <message>
        <source>Automatic leaves room for your other programs.</source>
        <translation>التلقائي يترك متّسعًا لبرامجك الأخرى.</translation>
    </message>
    <message>
        <source>Your chats and settings are in this folder</source>
        <translation>محادثاتك وإعداداتك في هذا المجلد</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>صدّر</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>استورد</translation>
    </message>
    <message>
        <source>Everything stays on this computer</source>
        <translation>كل شيء يبقى على هذا الحاسوب</translation>
    </message>
    <message>
        <source>System</source>
        <translation>مثل الجهاز</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>فاتح</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>داكن</translation>
    </message>
    <message>
        <source>High</source>
        <translation>عالٍ</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>تلقائي</translation>
    </message>
    <message>
        <source>How should models answer?</source>
        <translation>كيف تجيب النماذج؟</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>افتح المجلد</translation>
    </message>
    <message>
        <source>Export all chats</source>
        <translation>صدّر كل المحادثات</translation>
    </message>
    <message>
        <source>Import a file…</source>
        <translation>استورد ملفًا…</translation>
    </message>
    <message>
        <source>Import Jan’s folder…</source>
        <translation>استورد مجلد Jan…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>The model is loaded again, by itself, with your next message.</source>
        <translation>يُحمَّل النموذج من جديد تلقائيًّا مع رسالتك التالية.</translation>
    </message>
    <message>
        <source>Reopen chats without reading them again</source>
        <translation>فتح المحادثات من دون قراءتها من جديد</translation>
    </message>
    <message>
        <source>All chats in one file. A single chat is exported or printed from its menu in the side bar, a reply from the menu under it.</source>
        <translation>كل المحادثات في ملف واحد. أمّا المحادثة الواحدة فتُصدَّر أو تُطبع من قائمتها في الشريط الجانبي، والردّ من القائمة التي تحته.</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>أبدًا</translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n دقيقة</numerusform>
            <numerusform>دقيقة واحدة</numerusform>
            <numerusform>دقيقتان</numerusform>
            <numerusform>%n دقائق</numerusform>
            <numerusform>%n دقيقة</numerusform>
            <numerusform>%n دقيقة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n ساعة</numerusform>
            <numerusform>ساعة واحدة</numerusform>
            <numerusform>ساعتان</numerusform>
            <numerusform>%n ساعات</numerusform>
            <numerusform>%n ساعة</numerusform>
            <numerusform>%n ساعة</numerusform>
        </translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>المساعدة</translation>
    </message>
    <message>
        <source>Only when I ask for it</source>
        <translation>عندما أطلب ذلك فقط</translation>
    </message>
    <message>
        <source>Keep deleted chats</source>
        <translation>الاحتفاظ بالمحادثات المحذوفة</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>لا تُحفظ</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n يوم</numerusform>
            <numerusform>يوم واحد</numerusform>
            <numerusform>يومان</numerusform>
            <numerusform>%n أيام</numerusform>
            <numerusform>%n يومًا</numerusform>
            <numerusform>%n يوم</numerusform>
        </translation>
    </message>
    <message>
        <source>Speed under replies</source>
        <translation>السرعة تحت الردود</translation>
    </message>
    <message>
        <source>Hidden</source>
        <translation>مخفيّة</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>ظاهرة</translation>
    </message>
    <message>
        <source>The conversation alone</source>
        <translation>المحادثة وحدها</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>كل شيء</translation>
    </message>
    <message>
        <source>Free the memory when unused</source>
        <translation>إفراغ الذاكرة حين لا يُستعمل</translation>
    </message>
    <message>
        <source>Endless repetition</source>
        <translation>التكرار بلا نهاية</translation>
    </message>
    <message>
        <source>What happens to a reply that writes the same text again and again.</source>
        <translation>ما العمل بردّ يكرّر النصّ نفسه مرة بعد مرة.</translation>
    </message>
    <message>
        <source>Stop it</source>
        <translation>أوقفه</translation>
    </message>
    <message>
        <source>Let it go on</source>
        <translation>دعه يتابع</translation>
    </message>
    <message>
        <source>What the model is told in every new chat. Each chat can have its own, in its panel.</source>
        <translation>ما يُقال للنموذج في كل محادثة جديدة. ولكل محادثة أن تكون لها تعليماتها، في لوحتها.</translation>
    </message>
    <message>
        <source>Takes the place of {user} in a system prompt. It does not leave this computer.</source>
        <translation>يحلّ محلّ {user} في التعليمات الدائمة، ولا يغادر هذا الحاسوب.</translation>
    </message>
    <message>
        <source>Models whose makers set values of their own keep them until you change something here.</source>
        <translation>النماذج التي ضبط صانعوها قيمها تحتفظ بها حتى تغيّر شيئًا هنا.</translation>
    </message>
    <message>
        <source>How much of a chat the model can keep in view. More takes more memory. When it does not fit, Samar lowers it and tells you.</source>
        <translation>ما يستطيع النموذج إبقاءه أمامه من المحادثة. الأكبر يأخذ ذاكرة أكثر، وإن لم تتّسع له خفضه سمر وأخبرك.</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>خيوط المعالج</translation>
    </message>
    <message>
        <source>Files of Samar, and exports of ChatGPT, Open WebUI and Jan. Chats that are here already stay as they are.</source>
        <translation>ملفات سمر، وما يُصدّره ChatGPT وOpen WebUI وJan. والمحادثات الموجودة هنا تبقى كما هي.</translation>
    </message>
    <message>
        <source>No account, no tracking. Samar connects to nothing unless you ask for it.</source>
        <translation>لا حساب ولا تتبّع. لا يتصل سمر بشيء إلا إذا طلبت.</translation>
    </message>
    <message>
        <source>Never use the internet</source>
        <translation>لا تستعمل الإنترنت أبدًا</translation>
    </message>
    <message>
        <source>Internet</source>
        <translation>الإنترنت</translation>
    </message>
    <message>
        <source>What the model has read is kept on this computer, so that it answers at once. This is your chats in the model’s own form. It is erased together with them, and never saved for temporary chats.</source>
        <translation>يُحفظ ما قرأه النموذج على هذا الحاسوب ليجيب فورًا. وهو محادثاتك بصيغة النموذج، يُمحى معها، ولا يُحفظ للمحادثات المؤقتة أبدًا.</translation>
    </message>
    <message>
        <source>Until then they are in “Recently deleted”, in the menu beside the search field. Only days on which Samar is open count.</source>
        <translation>تبقى حتى ذلك الحين في «المحذوفة حديثًا»، في القائمة بجانب حقل البحث. لا تُحسب إلا الأيام التي يُفتح فيها سمر.</translation>
    </message>
    <message>
        <source>How long a reply took and how many tokens it has. The menu “More” below a reply always shows it.</source>
        <translation>كم استغرق الردّ وكم رمزًا فيه. وتجد ذلك دائمًا في قائمة «المزيد» تحت الردّ.</translation>
    </message>
    <message>
        <source>Word, PDF, printed pages, web pages and Markdown contain the conversation alone, or also the instructions, the names of the models and what they thought.</source>
        <translation>ملفات Word وPDF والصفحات المطبوعة وصفحات الويب وMarkdown تضم المحادثة وحدها، أو معها التعليمات وأسماء النماذج وتفكيرها.</translation>
    </message>
    <message>
        <source>What exports contain</source>
        <translation>ما تضمه الملفات المصدَّرة</translation>
    </message>
    <message>
        <source>Context in tokens</source>
        <translation>السياق بالرموز</translation>
    </message>
</context>
<context>
    <name>SettingsSearch</name>
    <message>
        <source>Search the settings</source>
        <translation>ابحث في الإعدادات</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>الخيارات</translation>
    </message>
    <message>
        <source>No option has these words.</source>
        <translation>لا خيار فيه هذه الكلمات.</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>اختصارات لوحة المفاتيح</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>أرسل</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>سطر جديد</translation>
    </message>
    <message>
        <source>Stop a reply</source>
        <translation>أوقف الردّ</translation>
    </message>
    <message>
        <source>Rename a chat</source>
        <translation>أعد تسمية محادثة</translation>
    </message>
    <message>
        <source>Delete a chat</source>
        <translation>احذف محادثة</translation>
    </message>
    <message>
        <source>Select several chats</source>
        <translation>حدّد عدة محادثات</translation>
    </message>
    <message>
        <source>From message to message</source>
        <translation>من رسالة إلى رسالة</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>No chat has these words.</source>
        <translation>لا محادثة فيها هذه الكلمات.</translation>
    </message>
    <message>
        <source>Your chats will be here.</source>
        <translation>ستكون محادثاتك هنا.</translation>
    </message>
    <message>
        <source>Chats and navigation</source>
        <translation>المحادثات والتنقّل</translation>
    </message>
    <message>
        <source>Samar</source>
        <translation>سَمَر</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>New temporary chat</source>
        <translation>محادثة مؤقتة جديدة</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>ابحث في المحادثات</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>المحادثات</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>النماذج</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>الإعدادات</translation>
    </message>
    <message>
        <source>Archived chats</source>
        <translation>المحادثات المؤرشفة</translation>
    </message>
    <message>
        <source>Nothing is archived. Chats that you put away will be here.</source>
        <translation>لا شيء في الأرشيف. ستجد هنا المحادثات التي تؤرشفها.</translation>
    </message>
    <message>
        <source>Samar chats</source>
        <translation>محادثات سمر</translation>
    </message>
    <message>
        <source>Sort, folders and archive</source>
        <translation>الترتيب والمجلدات والأرشيف</translation>
    </message>
    <message>
        <source>Back to all chats</source>
        <translation>عُد إلى كل المحادثات</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>امسح البحث</translation>
    </message>
    <message>
        <source>Nothing of this chat is saved: it is gone when you leave it or close Samar.</source>
        <translation>لا يُحفظ شيء من هذه المحادثة، وتزول حين تغادرها أو تغلق سمر.</translation>
    </message>
</context>
<context>
    <name>SidebarController</name>
    <message numerus="yes">
        <source>%n chat(s) pinned</source>
        <translation>
            <numerusform>ثُبّتت %n محادثة</numerusform>
            <numerusform>ثُبّتت محادثة واحدة</numerusform>
            <numerusform>ثُبّتت محادثتان</numerusform>
            <numerusform>ثُبّتت %n محادثات</numerusform>
            <numerusform>ثُبّتت %n محادثة</numerusform>
            <numerusform>ثُبّتت %n محادثة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) unpinned</source>
        <translation>
            <numerusform>أُلغي تثبيت %n محادثة</numerusform>
            <numerusform>أُلغي تثبيت محادثة واحدة</numerusform>
            <numerusform>أُلغي تثبيت محادثتين</numerusform>
            <numerusform>أُلغي تثبيت %n محادثات</numerusform>
            <numerusform>أُلغي تثبيت %n محادثة</numerusform>
            <numerusform>أُلغي تثبيت %n محادثة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) archived</source>
        <translation>
            <numerusform>أُرشفت %n محادثة</numerusform>
            <numerusform>أُرشفت محادثة واحدة</numerusform>
            <numerusform>أُرشفت محادثتان</numerusform>
            <numerusform>أُرشفت %n محادثات</numerusform>
            <numerusform>أُرشفت %n محادثة</numerusform>
            <numerusform>أُرشفت %n محادثة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) taken out of the archive</source>
        <translation>
            <numerusform>أُعيدت %n محادثة من الأرشيف</numerusform>
            <numerusform>أُعيدت محادثة واحدة من الأرشيف</numerusform>
            <numerusform>أُعيدت محادثتان من الأرشيف</numerusform>
            <numerusform>أُعيدت %n محادثات من الأرشيف</numerusform>
            <numerusform>أُعيدت %n محادثة من الأرشيف</numerusform>
            <numerusform>أُعيدت %n محادثة من الأرشيف</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) taken out of the folder</source>
        <translation>
            <numerusform>أُخرجت %n محادثة من المجلد</numerusform>
            <numerusform>أُخرجت محادثة واحدة من المجلد</numerusform>
            <numerusform>أُخرجت محادثتان من المجلد</numerusform>
            <numerusform>أُخرجت %n محادثات من المجلد</numerusform>
            <numerusform>أُخرجت %n محادثة من المجلد</numerusform>
            <numerusform>أُخرجت %n محادثة من المجلد</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) moved to “{name}”</source>
        <translation>
            <numerusform>نُقلت %n محادثة إلى «{name}»</numerusform>
            <numerusform>نُقلت محادثة واحدة إلى «{name}»</numerusform>
            <numerusform>نُقلت محادثتان إلى «{name}»</numerusform>
            <numerusform>نُقلت %n محادثات إلى «{name}»</numerusform>
            <numerusform>نُقلت %n محادثة إلى «{name}»</numerusform>
            <numerusform>نُقلت %n محادثة إلى «{name}»</numerusform>
        </translation>
    </message>
    <message>
        <source>Chat deleted</source>
        <translation>حُذفت المحادثة</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) deleted</source>
        <translation>
            <numerusform>حُذفت %n محادثة</numerusform>
            <numerusform>حُذفت محادثة واحدة</numerusform>
            <numerusform>حُذفت محادثتان</numerusform>
            <numerusform>حُذفت %n محادثات</numerusform>
            <numerusform>حُذفت %n محادثة</numerusform>
            <numerusform>حُذفت %n محادثة</numerusform>
        </translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>مجلد جديد</translation>
    </message>
    <message>
        <source>Folder deleted, its chats are kept</source>
        <translation>حُذف المجلد وبقيت محادثاته</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>In the title</source>
        <translation>في العنوان</translation>
    </message>
</context>
<context>
    <name>SidebarMenus</name>
    <message>
        <source>Rename</source>
        <translation>أعد التسمية</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>ألغِ التثبيت</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>ثبّت</translation>
    </message>
    <message>
        <source>Take out of the archive</source>
        <translation>أعد من الأرشيف</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>أرشف</translation>
    </message>
    <message>
        <source>Samar chats</source>
        <translation>محادثات سمر</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>احذف</translation>
    </message>
    <message>
        <source>Move to a folder</source>
        <translation>انقل إلى مجلد</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>بلا مجلد</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>مجلد جديد…</translation>
    </message>
    <message>
        <source>New chat in this folder</source>
        <translation>محادثة جديدة في هذا المجلد</translation>
    </message>
    <message>
        <source>Delete the folder, keep its chats</source>
        <translation>احذف المجلد وأبقِ محادثاته</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>رتّب حسب</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>آخر استعمال</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>تاريخ الإنشاء</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>العنوان</translation>
    </message>
    <message>
        <source>Archived chats</source>
        <translation>المحادثات المؤرشفة</translation>
    </message>
    <message>
        <source>Recently deleted…</source>
        <translation>المحذوفة حديثًا…</translation>
    </message>
</context>
<context>
    <name>SlashMenu</name>
    <message>
        <source>Without a name</source>
        <translation>بلا اسم</translation>
    </message>
    <message>
        <source>All prompts…</source>
        <translation>كل التعليمات…</translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation>التعليمات</translation>
    </message>
    <message>
        <source>Enter inserts it, Ctrl+Enter makes it the system prompt of this chat.</source>
        <translation>‏Enter يُدرجها، وCtrl+Enter يجعلها التعليمات الدائمة لهذه المحادثة.</translation>
    </message>
</context>
<context>
    <name>TableWindow</name>
    <message>
        <source>Table</source>
        <translation>جدول</translation>
    </message>
    <message>
        <source>Copy the table</source>
        <translation>انسخ الجدول</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>نُسخ</translation>
    </message>
</context>
<context>
    <name>ThinkingSwitch</name>
    <message>
        <source>The settings of this model say: on. What you choose here is for this chat only.</source>
        <translation>التفكير مفعّل في إعدادات هذا النموذج. ما تختاره هنا لهذه المحادثة وحدها.</translation>
    </message>
    <message>
        <source>The settings of this model say: off. What you choose here is for this chat only.</source>
        <translation>التفكير معطّل في إعدادات هذا النموذج. ما تختاره هنا لهذه المحادثة وحدها.</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>التفكير</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>On</source>
        <translation>مفعّل</translation>
    </message>
    <message>
        <source>Thinking can’t be switched on or off for this model. “Answer now” ends its thinking.</source>
        <translation>لا يمكن تفعيل التفكير أو تعطيله في هذا النموذج. زر «أجب الآن» ينهي تفكيره.</translation>
    </message>
    <message>
        <source>Thinking helps with hard questions, but makes every answer slower.</source>
        <translation>التفكير يفيد في الأسئلة الصعبة، لكنه يبطئ كل جواب.</translation>
    </message>
    <message>
        <source>Model decides</source>
        <translation>كعادته</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Dismiss</source>
        <translation>أخفِ</translation>
    </message>
</context>
<context>
    <name>TokenView</name>
    <message>
        <source>Token {0} of {1}</source>
        <translation>الرمز {0} من {1}</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) share these letters; together {percent}.</source>
        <translation>
            <numerusform>لا رموز تشترك في هذه الأحرف؛ معًا {percent}.</numerusform>
            <numerusform>رمز واحد لهذه الأحرف؛ {percent}.</numerusform>
            <numerusform>رمزان يشتركان في هذه الأحرف؛ معًا {percent}.</numerusform>
            <numerusform>%n رموز تشترك في هذه الأحرف؛ معًا {percent}.</numerusform>
            <numerusform>%n رمزًا تشترك في هذه الأحرف؛ معًا {percent}.</numerusform>
            <numerusform>%n رمز تشترك في هذه الأحرف؛ معًا {percent}.</numerusform>
        </translation>
    </message>
    <message>
        <source>Token probabilities</source>
        <translation>احتمالات الرموز</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>The stronger the colour of a token, the less sure the model was of it. Point at one, or use the arrow keys.</source>
        <translation>كلما قوي لون الرمز قلّت ثقة النموذج به. أشر إلى رمز، أو استعمل مفاتيح الأسهم.</translation>
    </message>
    <message>
        <source>The reply, token by token</source>
        <translation>الردّ رمزًا رمزًا</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>You:</source>
        <translation>أنت:</translation>
    </message>
    <message>
        <source>Samar</source>
        <translation>سَمَر</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>يفكّر…</translation>
    </message>
    <message>
        <source>Thought</source>
        <translation>فكّر</translation>
    </message>
    <message numerus="yes">
        <source>Thought for %n min</source>
        <translation>
            <numerusform>فكّر أقلّ من دقيقة</numerusform>
            <numerusform>فكّر دقيقة</numerusform>
            <numerusform>فكّر دقيقتين</numerusform>
            <numerusform>فكّر %n دقائق</numerusform>
            <numerusform>فكّر %n دقيقة</numerusform>
            <numerusform>فكّر %n دقيقة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Thought for %n s</source>
        <translation>
            <numerusform>فكّر أقلّ من ثانية</numerusform>
            <numerusform>فكّر ثانية</numerusform>
            <numerusform>فكّر ثانيتين</numerusform>
            <numerusform>فكّر %n ثوانٍ</numerusform>
            <numerusform>فكّر %n ثانية</numerusform>
            <numerusform>فكّر %n ثانية</numerusform>
        </translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>أُوقف</translation>
    </message>
    <message>
        <source>Interrupted: Samar was closed while this was being written.</source>
        <translation>انقطع: أُغلق سمر وهذا الردّ يُكتب.</translation>
    </message>
    <message>
        <source>This reply failed. What was written is kept.</source>
        <translation>تعذّر إكمال هذا الردّ. ما كُتب محفوظ.</translation>
    </message>
    <message>
        <source>Ended because the context is full.</source>
        <translation>انتهى لأن السياق امتلأ.</translation>
    </message>
    <message>
        <source>{seconds} s to start</source>
        <translation>بدأ بعد {seconds} ث</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>{speed} رمز/ث</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>لا رموز</numerusform>
            <numerusform>رمز واحد</numerusform>
            <numerusform>رمزان</numerusform>
            <numerusform>%n رموز</numerusform>
            <numerusform>%n رمزًا</numerusform>
            <numerusform>%n رمز</numerusform>
        </translation>
    </message>
    <message>
        <source>[Image: {name}]</source>
        <translation>[صورة: {name}]</translation>
    </message>
    <message>
        <source>Edited</source>
        <translation>عُدِّل</translation>
    </message>
    <message>
        <source>Stopped: the model only repeated itself. “Continue” lets it go on; another model may do better.</source>
        <translation>أُوقف لأن النموذج أخذ يكرّر كلامه. «أكمل» يدعه يتابع، وقد يكون نموذج آخر أفضل.</translation>
    </message>
    <message>
        <source>Ended at the longest length that is set for replies.</source>
        <translation>انتهى عند بلوغ أطول ردّ حُدِّد.</translation>
    </message>
    <message>
        <source>The model ended without writing anything.</source>
        <translation>أنهى النموذج ردّه من غير أن يكتب شيئًا.</translation>
    </message>
</context>
<context>
    <name>TranscriptView</name>
    <message>
        <source>Conversation</source>
        <translation>المحادثة</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>انسخ</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>انسخ بصيغة Markdown</translation>
    </message>
    <message>
        <source>Show the image</source>
        <translation>اعرض الصورة</translation>
    </message>
    <message>
        <source>Copy the image</source>
        <translation>انسخ الصورة</translation>
    </message>
    <message>
        <source>Save the image…</source>
        <translation>احفظ الصورة…</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>انسخ الرابط</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>حدّد الكل</translation>
    </message>
    <message>
        <source>Open the table in a window</source>
        <translation>افتح الجدول في نافذة</translation>
    </message>
</context>
<context>
    <name>TransferController</name>
    <message>
        <source>New chat</source>
        <translation>محادثة جديدة</translation>
    </message>
    <message>
        <source>Samar chats</source>
        <translation>محادثات سمر</translation>
    </message>
    <message>
        <source>Import chats</source>
        <translation>استورد محادثات</translation>
    </message>
    <message>
        <source>Exported chats (*.json *.jsonl *.zip)</source>
        <translation>محادثات مصدَّرة (*.json *.jsonl *.zip)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>كل الملفات (*)</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>صدّر</translation>
    </message>
    <message>
        <source>Exporting…</source>
        <translation>جارٍ التصدير…</translation>
    </message>
    <message>
        <source>Reading {name}…</source>
        <translation>جارٍ قراءة {name}…</translation>
    </message>
    <message>
        <source>You</source>
        <translation>أنت</translation>
    </message>
    <message>
        <source>Samar</source>
        <translation>سَمَر</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>تعليمات دائمة للنموذج</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>التفكير</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>صورة</translation>
    </message>
    <message numerus="yes">
        <source>Exporting: {done} of %n chat(s)</source>
        <translation>
            <numerusform>التصدير: {done} من لا شيء</numerusform>
            <numerusform>التصدير: {done} من محادثة واحدة</numerusform>
            <numerusform>التصدير: {done} من محادثتين</numerusform>
            <numerusform>التصدير: {done} من %n محادثات</numerusform>
            <numerusform>التصدير: {done} من %n محادثةً</numerusform>
            <numerusform>التصدير: {done} من %n محادثة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Importing: {done} of %n chat(s)</source>
        <translation>
            <numerusform>الاستيراد: {done} من لا شيء</numerusform>
            <numerusform>الاستيراد: {done} من محادثة واحدة</numerusform>
            <numerusform>الاستيراد: {done} من محادثتين</numerusform>
            <numerusform>الاستيراد: {done} من %n محادثات</numerusform>
            <numerusform>الاستيراد: {done} من %n محادثةً</numerusform>
            <numerusform>الاستيراد: {done} من %n محادثة</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancelled. Nothing was written.</source>
        <translation>أُلغي التصدير. لم يُكتب شيء.</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) exported</source>
        <translation>
            <numerusform>لم تُصدَّر أي محادثة</numerusform>
            <numerusform>صُدّرت محادثة واحدة</numerusform>
            <numerusform>صُدّرت محادثتان</numerusform>
            <numerusform>صُدّرت %n محادثات</numerusform>
            <numerusform>صُدّرت %n محادثةً</numerusform>
            <numerusform>صُدّرت %n محادثة</numerusform>
        </translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>افتح المجلد</translation>
    </message>
    <message>
        <source>Cancelled. Nothing was imported.</source>
        <translation>أُلغي الاستيراد. لم يُستورد شيء.</translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) imported</source>
        <translation>
            <numerusform>لم تُستورد أي محادثة</numerusform>
            <numerusform>استُوردت محادثة واحدة</numerusform>
            <numerusform>استُوردت محادثتان</numerusform>
            <numerusform>استُوردت %n محادثات</numerusform>
            <numerusform>استُوردت %n محادثةً</numerusform>
            <numerusform>استُوردت %n محادثة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) were here already</source>
        <translation>
            <numerusform>ولم يكن هنا منها شيء</numerusform>
            <numerusform>محادثة واحدة كانت هنا من قبل</numerusform>
            <numerusform>محادثتان كانتا هنا من قبل</numerusform>
            <numerusform>%n محادثات كانت هنا من قبل</numerusform>
            <numerusform>%n محادثةً كانت هنا من قبل</numerusform>
            <numerusform>%n محادثة كانت هنا من قبل</numerusform>
        </translation>
    </message>
    <message>
        <source>{first}; {second}</source>
        <translation>{first}، {second}</translation>
    </message>
    <message numerus="yes">
        <source>the file is damaged: %n part(s) of it can’t be read</source>
        <translation>
            <numerusform>الملف تالف، ولا تتعذّر قراءة شيء منه</numerusform>
            <numerusform>الملف تالف: تعذّرت قراءة جزء واحد منه</numerusform>
            <numerusform>الملف تالف: تعذّرت قراءة جزأين منه</numerusform>
            <numerusform>الملف تالف: تعذّرت قراءة %n أجزاء منه</numerusform>
            <numerusform>الملف تالف: تعذّرت قراءة %n جزءًا منه</numerusform>
            <numerusform>الملف تالف: تعذّرت قراءة %n جزء منه</numerusform>
        </translation>
    </message>
    <message>
        <source>Print</source>
        <translation>اطبع</translation>
    </message>
    <message>
        <source>Printing…</source>
        <translation>جارٍ الطباعة…</translation>
    </message>
    <message>
        <source>Reply exported</source>
        <translation>صُدّر الردّ</translation>
    </message>
    <message>
        <source>Cancelled. Nothing was printed.</source>
        <translation>أُلغيت الطباعة. لم يُطبع شيء.</translation>
    </message>
    <message>
        <source>Sent to the printer</source>
        <translation>أُرسل إلى الطابعة</translation>
    </message>
    <message>
        <source>Import chats from Jan’s folder</source>
        <translation>استورد محادثات مجلد Jan</translation>
    </message>
</context>
<context>
    <name>Undo</name>
    <message>
        <source>Undo</source>
        <translation>تراجع</translation>
    </message>
</context>
<context>
    <name>conversion</name>
    <message>
        <source>There is no model in it that can be converted.</source>
        <translation>ليس فيه نموذج يمكن تحويله.</translation>
    </message>
    <message>
        <source>One of its files is damaged or incomplete.</source>
        <translation>أحد ملفاته تالف أو ناقص.</translation>
    </message>
    <message>
        <source>One of its files is missing: the download is incomplete.</source>
        <translation>أحد ملفاته مفقود: التنزيل غير كامل.</translation>
    </message>
    <message>
        <source>It has the same part twice.</source>
        <translation>فيه جزء مكرر.</translation>
    </message>
    <message>
        <source>It has only files of an unsafe kind (pickle), which Samar never opens.</source>
        <translation>ليس فيه إلا ملفات من نوع غير آمن (pickle) لا يفتحها سمر أبدًا.</translation>
    </message>
    <message>
        <source>Samar does not know models of this kind.</source>
        <translation>لا يعرف سمر نماذج من هذا النوع.</translation>
    </message>
    <message>
        <source>Its tokenizer is missing or can’t be used.</source>
        <translation>المُرمِّز مفقود أو لا يصلح.</translation>
    </message>
    <message>
        <source>One of its JSON files can’t be read.</source>
        <translation>تتعذّر قراءة أحد ملفات JSON فيه.</translation>
    </message>
    <message>
        <source>Its configuration is incomplete or contradicts itself.</source>
        <translation>إعداداته ناقصة أو متناقضة.</translation>
    </message>
    <message>
        <source>Its weights do not match its configuration.</source>
        <translation>أوزانه لا توافق إعداداته.</translation>
    </message>
    <message>
        <source>Its weights hold values that are not numbers.</source>
        <translation>في أوزانه قيم ليست أعدادًا.</translation>
    </message>
    <message>
        <source>A part of its weights is missing.</source>
        <translation>جزء من أوزانه مفقود.</translation>
    </message>
    <message>
        <source>It has parts that Samar does not know.</source>
        <translation>فيه أجزاء لا يعرفها سمر.</translation>
    </message>
    <message>
        <source>It is quantized already, in a way that Samar can’t convert.</source>
        <translation>هو مكمَّم من قبل بطريقة لا يستطيع سمر تحويلها.</translation>
    </message>
    <message>
        <source>There is not enough free space on the disk.</source>
        <translation>المساحة الخالية على القرص لا تكفي.</translation>
    </message>
    <message>
        <source>There is a file of that name already.</source>
        <translation>يوجد ملف بهذا الاسم.</translation>
    </message>
    <message>
        <source>The file can’t be written.</source>
        <translation>تتعذّر كتابة الملف.</translation>
    </message>
    <message>
        <source>One of its files can’t be read.</source>
        <translation>تتعذّر قراءة أحد ملفاته.</translation>
    </message>
    <message>
        <source>The finished file does not work.</source>
        <translation>الملف الناتج لا يعمل.</translation>
    </message>
    <message>
        <source>It can’t be downloaded.</source>
        <translation>يتعذّر تنزيله.</translation>
    </message>
    <message>
        <source>The adapter does not match its base model, or that is missing.</source>
        <translation>المهايئ لا يوافق نموذجه الأساس، أو أن ذلك النموذج مفقود.</translation>
    </message>
    <message>
        <source>Samar can’t make files of this type.</source>
        <translation>لا يستطيع سمر صنع ملفات من هذا النوع.</translation>
    </message>
    <message>
        <source>Samar does not use the internet until you allow it.</source>
        <translation>لا يستعمل سمر الإنترنت حتى تسمح له.</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>Choose another model, or put the file back.</source>
        <translation>اختر نموذجًا آخر، أو أعد الملف إلى مكانه.</translation>
    </message>
    <message>
        <source>{name} is not a GGUF model file.</source>
        <translation>{name} ليس ملف نموذج بصيغة GGUF.</translation>
    </message>
    <message>
        <source>Download the file again.</source>
        <translation>نزّل الملف من جديد.</translation>
    </message>
    <message>
        <source>Choose another model, or update Samar.</source>
        <translation>اختر نموذجًا آخر، أو حدّث سمر.</translation>
    </message>
    <message>
        <source>Choose a language model.</source>
        <translation>اختر نموذجًا لغويًّا.</translation>
    </message>
    <message>
        <source>Put all parts into one folder and choose the first one.</source>
        <translation>ضع الأجزاء كلها في مجلد واحد واختر أولها.</translation>
    </message>
    <message>
        <source>The engine could not load {name}: {reason}.</source>
        <translation>تعذّر على المحرّك تحميل {name}: {reason}.</translation>
    </message>
    <message>
        <source>Choose another model, or download this one again.</source>
        <translation>اختر نموذجًا آخر، أو نزّل هذا من جديد.</translation>
    </message>
    <message>
        <source>Close other programs, lower the context, or choose a smaller model.</source>
        <translation>أغلق برامج أخرى، أو صغّر السياق، أو اختر نموذجًا أصغر.</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>لم يُحمَّل أي نموذج.</translation>
    </message>
    <message>
        <source>The engine could not go on: {reason}.</source>
        <translation>تعذّر على المحرّك أن يكمل: {reason}.</translation>
    </message>
    <message>
        <source>The engine could not be started: {reason}.</source>
        <translation>تعذّر تشغيل المحرّك: {reason}.</translation>
    </message>
    <message>
        <source>The chat template of this model does not work: {reason}.</source>
        <translation>قالب المحادثة في هذا النموذج لا يعمل: {reason}.</translation>
    </message>
    <message>
        <source>Choose another model, or a newer file of this one.</source>
        <translation>اختر نموذجًا آخر، أو ملفًا أحدث من هذا.</translation>
    </message>
    <message>
        <source>Send these first, then the others.</source>
        <translation>أرسل هذه أولًا، ثم الباقي.</translation>
    </message>
    <message>
        <source>Shorten the message, or set a larger context.</source>
        <translation>اختصر الرسالة، أو كبّر السياق.</translation>
    </message>
    <message>
        <source>{name} could not be converted: {reason}.</source>
        <translation>تعذّر تحويل {name}: {reason}.</translation>
    </message>
    <message>
        <source>The disk is full, so nothing could be saved.</source>
        <translation>امتلأ القرص فلم يُحفظ شيء.</translation>
    </message>
    <message>
        <source>Close Samar and start it again: it then opens the last backup.</source>
        <translation>أغلق سمر وشغّله من جديد، وعندئذٍ يفتح آخر نسخة احتياطية.</translation>
    </message>
    <message>
        <source>It may have been deleted in another window of Samar.</source>
        <translation>لعلّها حُذفت في نافذة أخرى من سمر.</translation>
    </message>
    <message>
        <source>Choose an export of Samar, ChatGPT, Open WebUI or Jan.</source>
        <translation>اختر ملفًا صُدّر من Samar أو ChatGPT أو Open WebUI أو Jan.</translation>
    </message>
    <message>
        <source>Export fewer chats at a time. Nothing was imported.</source>
        <translation>صدّر محادثات أقل في كل مرة. لم يُستورد شيء.</translation>
    </message>
    <message>
        <source>{name} could not be written: {reason}.</source>
        <translation>تعذّرت كتابة {name}: {reason}.</translation>
    </message>
    <message>
        <source>Choose another folder, or free some space.</source>
        <translation>اختر مجلدًا آخر، أو أفرغ بعض المساحة.</translation>
    </message>
    <message>
        <source>Another version of Samar was installed while this one is open.</source>
        <translation>ثُبِّت إصدار آخر من سمر وهذا الإصدار مفتوح.</translation>
    </message>
    <message>
        <source>The list of your models could not be saved: {reason}.</source>
        <translation>تعذّر حفظ قائمة نماذجك: {reason}.</translation>
    </message>
    <message>
        <source>{name} was not downloaded by Samar, so its file stays where it is.</source>
        <translation>لم ينزّل سمر {name}، فيبقى ملفه في مكانه.</translation>
    </message>
    <message>
        <source>{name} could not be moved to the bin: {reason}.</source>
        <translation>تعذّر نقل {name} إلى السلة: {reason}.</translation>
    </message>
    <message>
        <source>There is no model in {name}.</source>
        <translation>ليس في {name} نموذج.</translation>
    </message>
    <message>
        <source>Run “samar convert {name}”, or drop the folder on the window.</source>
        <translation>شغّل الأمر «samar convert {name}»، أو أسقط المجلد على النافذة.</translation>
    </message>
    <message>
        <source>Search for the model: it may have moved.</source>
        <translation>ابحث عن النموذج: لعلّه انتقل.</translation>
    </message>
    <message>
        <source>Choose a smaller quantization, or one that comes in parts.</source>
        <translation>اختر تكميمًا أصغر، أو ملفًا مقسّمًا إلى أجزاء.</translation>
    </message>
    <message>
        <source>Free some space, or choose a smaller file.</source>
        <translation>أفرغ بعض المساحة، أو اختر ملفًا أصغر.</translation>
    </message>
    <message>
        <source>Another Samar is downloading {name} already.</source>
        <translation>نسخة أخرى من سمر تنزّل {name} الآن.</translation>
    </message>
    <message>
        <source>Regenerate the reply, or continue it without the grammar.</source>
        <translation>أعد توليد الردّ، أو أكمله من دون القالب.</translation>
    </message>
    <message>
        <source>Samar is open already, but its window does not answer.</source>
        <translation>سمر مفتوح من قبل، لكن نافذته لا تستجيب.</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>أعد المحاولة لاحقًا.</translation>
    </message>
    <message>
        <source>Version {version} has no file for this computer.</source>
        <translation>ليس في الإصدار {version} ملف لهذا الحاسوب.</translation>
    </message>
    <message>
        <source>Correct the schema, or send without it.</source>
        <translation>صحّح المخطط، أو أرسل من دونه.</translation>
    </message>
    <message>
        <source>The image {name} is too large ({width} × {height}).</source>
        <translation>الصورة {name} كبيرة جدًّا ({width} × {height}).</translation>
    </message>
    <message>
        <source>Make it smaller and send it again.</source>
        <translation>صغّرها ثم أرسلها من جديد.</translation>
    </message>
    <message>
        <source>Rename it in your file manager and try again.</source>
        <translation>غيّر الاسم في مدير الملفات ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>{name} was made for another program or another version: {reason}.</source>
        <translation>صُنع {name} لبرنامج آخر أو لإصدار آخر: {reason}.</translation>
    </message>
    <message>
        <source>If you moved the file, close Samar and put it back. The backups are in {folder}.</source>
        <translation>إن كنت نقلت الملف فأغلق سمر وأعده إلى مكانه. النسخ الاحتياطية في {folder}.</translation>
    </message>
    <message>
        <source>Try again later, or look at its page in a browser.</source>
        <translation>أعد المحاولة لاحقًا، أو انظر صفحته في المتصفح.</translation>
    </message>
    <message>
        <source>Set HF_ENDPOINT to an address that begins with https.</source>
        <translation>اضبط HF_ENDPOINT على عنوان يبدأ بـ https.</translation>
    </message>
    <message>
        <source>It has: {types}.</source>
        <translation>فيه: {types}.</translation>
    </message>
    <message>
        <source>The model file {name} is not there.</source>
        <translation>ملف النموذج {name} غير موجود.</translation>
    </message>
    <message>
        <source>The model file {name} can’t be read: {reason}.</source>
        <translation>تتعذّر قراءة ملف النموذج {name}: {reason}.</translation>
    </message>
    <message>
        <source>Make sure that you may read the file, or choose another model.</source>
        <translation>تأكّد من أن لك إذن قراءة الملف، أو اختر نموذجًا آخر.</translation>
    </message>
    <message>
        <source>Choose a file whose name ends in .gguf and that was downloaded completely.</source>
        <translation>اختر ملفًا ينتهي اسمه بـ ‎.gguf‎ ونُزّل كاملًا.</translation>
    </message>
    <message>
        <source>The model file {name} is damaged or incomplete: {reason}.</source>
        <translation>ملف النموذج {name} تالف أو ناقص: {reason}.</translation>
    </message>
    <message>
        <source>{name} is of a kind that this version can’t run (its architecture is “{architecture}”).</source>
        <translation>{name} من نوع لا يستطيع هذا الإصدار تشغيله (معماريته «{architecture}»).</translation>
    </message>
    <message>
        <source>{name} is not a model for chats ({kind}).</source>
        <translation>ليس {name} نموذجًا للمحادثة ({kind}).</translation>
    </message>
    <message>
        <source>{name} is one part of a model, and part {part} is not in the same folder.</source>
        <translation>{name} جزء من نموذج، والجزء {part} ليس معه في المجلد.</translation>
    </message>
    <message>
        <source>Loading {name} made the engine stop the last time, so it was not loaded again.</source>
        <translation>أوقف تحميلُ {name} المحرّكَ في المرة الماضية، فلم يُحمَّل ثانية.</translation>
    </message>
    <message>
        <source>Choose another model, or load this one again from the list of models at the top of the window.</source>
        <translation>اختر نموذجًا آخر، أو حمّل هذا من جديد من قائمة النماذج أعلى النافذة.</translation>
    </message>
    <message>
        <source>{name} needs about {needed} of memory, and only {free} are free.</source>
        <translation>يحتاج {name} إلى نحو {needed} من الذاكرة، والمتاح {free} فقط.</translation>
    </message>
    <message>
        <source>Choose one in the list of models at the top of the window.</source>
        <translation>اختر نموذجًا من قائمة النماذج أعلى النافذة.</translation>
    </message>
    <message>
        <source>The engine stopped unexpectedly ({reason}). What was written is kept.</source>
        <translation>توقّف المحرّك فجأة ({reason}). ما كُتب محفوظ.</translation>
    </message>
    <message>
        <source>Send the message again: the engine starts anew.</source>
        <translation>أرسل الرسالة من جديد: يبدأ المحرّك مرة أخرى.</translation>
    </message>
    <message>
        <source>The engine was made for another kind of processor. What was written is kept.</source>
        <translation>صُنع المحرّك لنوع آخر من المعالجات. ما كُتب محفوظ.</translation>
    </message>
    <message>
        <source>Install Samar again on this computer. If you run it from its source code, delete its folder .venv.</source>
        <translation>أعد تثبيت سمر على هذا الحاسوب. وإن كنت تشغّله من مصدره البرمجي فاحذف منه المجلد ‎.venv‎.</translation>
    </message>
    <message>
        <source>Try again, or load the model again.</source>
        <translation>أعد المحاولة، أو أعد تحميل النموذج.</translation>
    </message>
    <message>
        <source>Start Samar again; if that doesn’t help, install it again.</source>
        <translation>شغّل سمر من جديد، فإن لم ينفع ذلك فأعد تثبيته.</translation>
    </message>
    <message>
        <source>The engine did not answer, so Samar stopped it.</source>
        <translation>لم يستجب المحرّك فأوقفه سمر.</translation>
    </message>
    <message>
        <source>The grammar (GBNF) for the replies can’t be read: {reason}.</source>
        <translation>تتعذّر قراءة قالب الردّ (GBNF): {reason}.</translation>
    </message>
    <message>
        <source>Correct it, or send without it.</source>
        <translation>صحّحه، أو أرسل من دونه.</translation>
    </message>
    <message>
        <source>Choose a PNG, JPEG, GIF or BMP file (in the window also WebP).</source>
        <translation>اختر ملف PNG أو JPEG أو GIF أو BMP (وفي النافذة WebP أيضًا).</translation>
    </message>
    <message>
        <source>One message can hold {limit} images at most.</source>
        <translation>لا تتّسع الرسالة الواحدة لأكثر من {limit} صور.</translation>
    </message>
    <message>
        <source>Samar opens at most {limit} files at once, and these were {count}.</source>
        <translation>لا يفتح سمر أكثر من {limit} ملف في المرة الواحدة، وهذه {count}.</translation>
    </message>
    <message>
        <source>The first ones were opened. For many files, open their folder instead.</source>
        <translation>فُتح أولها. إن كانت الملفات كثيرة فافتح مجلدها بدلًا منها.</translation>
    </message>
    <message>
        <source>This model can’t use tools.</source>
        <translation>هذا النموذج لا يستعمل الأدوات.</translation>
    </message>
    <message>
        <source>Choose a model that uses tools (its chat template knows them), or ask without tools.</source>
        <translation>اختر نموذجًا يستعمل الأدوات (قالب محادثته يعرفها)، أو اسأل من دونها.</translation>
    </message>
    <message>
        <source>The list of tools can’t be read: {reason}.</source>
        <translation>لا يمكن قراءة قائمة الأدوات: {reason}.</translation>
    </message>
    <message>
        <source>Correct it: it must be a JSON list of tools, each one an object.</source>
        <translation>صحّحها: قائمة JSON من الأدوات، كل أداة كائن.</translation>
    </message>
    <message>
        <source>The message is too long for the model: it has {tokens} tokens, and the context has room for {context}.</source>
        <translation>الرسالة أطول مما يتّسع له النموذج: عدد رموزها {tokens}، والسياق {context}.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>لم يتغيّر شيء.</translation>
    </message>
    <message>
        <source>Another model is being converted.</source>
        <translation>يُحوَّل نموذج آخر الآن.</translation>
    </message>
    <message>
        <source>Wait until it is done, or cancel it.</source>
        <translation>انتظر حتى ينتهي، أو ألغه.</translation>
    </message>
    <message>
        <source>Free some space, then try again.</source>
        <translation>أفرغ بعض المساحة، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>Samar may not write to its data folder {folder}.</source>
        <translation>لا يُسمح لسمر بالكتابة في مجلد بياناته {folder}.</translation>
    </message>
    <message>
        <source>Allow writing to that folder, or start Samar with --data-dir and another folder.</source>
        <translation>اسمح بالكتابة في ذلك المجلد، أو شغّل سمر مع ‎--data-dir‎ ومجلد آخر.</translation>
    </message>
    <message>
        <source>The file of your chats was damaged. It was kept as {aside}, and the backup of {date} is open.</source>
        <translation>كان ملف محادثاتك تالفًا. حُفظ باسم {aside}، وفُتحت النسخة الاحتياطية بتاريخ {date}.</translation>
    </message>
    <message>
        <source>Chats since then are in the damaged file.</source>
        <translation>المحادثات التي بعدها في الملف التالف.</translation>
    </message>
    <message>
        <source>The file of your chats was damaged, and there was no backup. It was kept as {aside}.</source>
        <translation>كان ملف محادثاتك تالفًا ولا نسخة احتياطية له. حُفظ باسم {aside}.</translation>
    </message>
    <message>
        <source>Samar goes on without chats.</source>
        <translation>يتابع سمر من دون محادثات.</translation>
    </message>
    <message>
        <source>The file of your chats was damaged. The backup of {date} is open, with {count} newer messages that could be rescued.</source>
        <translation>كان ملف محادثاتك تالفًا. فُتحت النسخة الاحتياطية بتاريخ {date}، ومعها ما أمكن إنقاذه من الرسائل الأحدث: {count}.</translation>
    </message>
    <message>
        <source>The file of your chats was damaged, and there was no backup. {count} messages could be rescued from it.</source>
        <translation>كان ملف محادثاتك تالفًا ولا نسخة احتياطية له. عدد ما أُنقذ من رسائله: {count}.</translation>
    </message>
    <message>
        <source>The data folder {folder} was removed while Samar was running. All chats were written there anew.</source>
        <translation>أُزيل مجلد البيانات {folder} وسمر يعمل. كُتبت فيه كل المحادثات من جديد.</translation>
    </message>
    <message>
        <source>If it is on another disk, close Samar before you connect that disk again.</source>
        <translation>إن كان على قرص آخر فأغلق سمر قبل أن تصل ذلك القرص من جديد.</translation>
    </message>
    <message>
        <source>The file of your chats in {folder} was removed or replaced while Samar was running. What is open is kept as {path}.</source>
        <translation>أُزيل ملف محادثاتك في {folder} أو استُبدل وسمر يعمل. حُفظ المفتوح منه باسم {path}.</translation>
    </message>
    <message>
        <source>To see these chats the next time, close Samar and put that file into {folder} as history.sqlite3.</source>
        <translation>لتجد هذه المحادثات في المرة القادمة أغلق سمر وضع ذلك الملف في {folder} باسم history.sqlite3.</translation>
    </message>
    <message>
        <source>The file of your chats in {folder} was removed while Samar was running, and can’t be written elsewhere.</source>
        <translation>أُزيل ملف محادثاتك في {folder} وسمر يعمل، وتتعذّر كتابته في مكان آخر.</translation>
    </message>
    <message>
        <source>Put the folder back, or export your chats now: otherwise they are lost when you close Samar.</source>
        <translation>أعد المجلد إلى مكانه أو صدّر محادثاتك الآن، وإلّا ضاعت حين تغلق سمر.</translation>
    </message>
    <message>
        <source>The data folder {folder} can be written to again, and your chats are saved there.</source>
        <translation>صارت الكتابة في مجلد البيانات {folder} ممكنة من جديد، وحُفظت محادثاتك فيه.</translation>
    </message>
    <message>
        <source>You need not do anything.</source>
        <translation>لا حاجة إلى أن تفعل شيئًا.</translation>
    </message>
    <message>
        <source>Chats can’t be imported as long as nothing can be saved on the disk.</source>
        <translation>يتعذّر استيراد المحادثات ما دام الحفظ على القرص متعذّرًا.</translation>
    </message>
    <message>
        <source>Free some space, or allow writing to the data folder, and try again.</source>
        <translation>أفرغ بعض المساحة، أو اسمح بالكتابة في مجلد البيانات، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>Your chats were saved by a newer version of Samar.</source>
        <translation>محادثاتك محفوظة بإصدار أحدث من سمر.</translation>
    </message>
    <message>
        <source>Update Samar, or start it with --data-dir and another folder. Nothing was changed.</source>
        <translation>حدّث سمر، أو شغّله مع ‎--data-dir‎ ومجلد آخر. لم يتغيّر شيء.</translation>
    </message>
    <message>
        <source>Another program is using the file of your chats.</source>
        <translation>يستعمل برنامج آخر ملف محادثاتك.</translation>
    </message>
    <message>
        <source>Close that program and try again.</source>
        <translation>أغلق ذلك البرنامج ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>Something could not be saved: {reason}.</source>
        <translation>تعذّر الحفظ: {reason}.</translation>
    </message>
    <message>
        <source>Check the disk, then try again.</source>
        <translation>افحص القرص، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The file of your chats is damaged, so this could not be read or saved.</source>
        <translation>ملف محادثاتك تالف، فتعذّرت القراءة أو الحفظ.</translation>
    </message>
    <message>
        <source>This chat or message no longer exists.</source>
        <translation>لم تعد هذه المحادثة أو الرسالة موجودة.</translation>
    </message>
    <message>
        <source>{name} can’t be read: {reason}.</source>
        <translation>تتعذّر قراءة {name}: {reason}.</translation>
    </message>
    <message>
        <source>Make sure that you may read the file, or choose another one.</source>
        <translation>تأكّد من أن لك إذن قراءة الملف، أو اختر ملفًا آخر.</translation>
    </message>
    <message>
        <source>{name} has no chats that Samar can read.</source>
        <translation>ليس في {name} محادثات يستطيع سمر قراءتها.</translation>
    </message>
    <message>
        <source>{name} is damaged or incomplete: {reason}.</source>
        <translation>الملف {name} تالف أو ناقص: {reason}.</translation>
    </message>
    <message>
        <source>Export it again from the program it came from. Nothing was imported.</source>
        <translation>صدّره من جديد من البرنامج الذي جاء منه. لم يُستورد شيء.</translation>
    </message>
    <message>
        <source>{name} is too large to import: it has {size}, and the most is {limit}.</source>
        <translation>{name} أكبر من أن يُستورد: حجمه {size}، والحدّ {limit}.</translation>
    </message>
    <message>
        <source>Something in Samar went wrong.</source>
        <translation>حدث خلل في سمر.</translation>
    </message>
    <message>
        <source>Your chats are safe. If it happens again, start Samar again and report the problem (Settings → Help).</source>
        <translation>محادثاتك محفوظة. إن تكرّر ذلك فأعد تشغيل سمر وأبلغ عن المشكلة (الإعدادات ← المساعدة).</translation>
    </message>
    <message>
        <source>Close Samar and open it again. Until then some things may not work.</source>
        <translation>أغلق سمر وافتحه من جديد. فإلى ذلك الحين قد لا تعمل بعض الأشياء.</translation>
    </message>
    <message>
        <source>The settings could not be read. They were kept as {aside}.</source>
        <translation>تعذّرت قراءة الإعدادات. حُفظت باسم {aside}.</translation>
    </message>
    <message>
        <source>Samar uses its original settings until you change them.</source>
        <translation>يستعمل سمر إعداداته الأصلية إلى أن تغيّرها.</translation>
    </message>
    <message>
        <source>The list of models can’t be read: {reason}.</source>
        <translation>تتعذّر قراءة قائمة النماذج: {reason}.</translation>
    </message>
    <message>
        <source>Install Samar again. Models on this computer work without the list.</source>
        <translation>أعد تثبيت سمر. النماذج على هذا الحاسوب تعمل من دون القائمة.</translation>
    </message>
    <message>
        <source>The list of your models could not be read. It was kept as {aside}.</source>
        <translation>تعذّرت قراءة قائمة نماذجك. حُفظت باسم {aside}.</translation>
    </message>
    <message>
        <source>Samar finds the models on this computer again. Add your own folders once more.</source>
        <translation>يجد سمر النماذج على هذا الحاسوب من جديد. أضف مجلداتك مرة أخرى.</translation>
    </message>
    <message>
        <source>Free some space, or allow writing to {folder}.</source>
        <translation>أفرغ بعض المساحة، أو اسمح بالكتابة في {folder}.</translation>
    </message>
    <message>
        <source>There is no model with the name {name} here.</source>
        <translation>ليس هنا نموذج اسمه {name}.</translation>
    </message>
    <message>
        <source>See what is here with “samar models list”.</source>
        <translation>انظر ما هو موجود بالأمر «samar models list».</translation>
    </message>
    <message>
        <source>{count} models here have the name {name}.</source>
        <translation>عدد النماذج هنا باسم {name}: {count}.</translation>
    </message>
    <message>
        <source>Name one of them by its id: {ids}.</source>
        <translation>عيّن واحدًا منها بمعرّفه: {ids}.</translation>
    </message>
    <message>
        <source>It was taken off the list. Delete the file yourself if you need its space.</source>
        <translation>أُزيل من القائمة. احذف الملف بنفسك إن احتجت إلى مساحته.</translation>
    </message>
    <message>
        <source>Close the program that uses the file, or delete it in your file manager.</source>
        <translation>أغلق البرنامج الذي يستعمل الملف، أو احذفه من مدير الملفات.</translation>
    </message>
    <message>
        <source>Choose a .gguf file, a folder that has some, or the folder of a model to convert.</source>
        <translation>اختر ملف ‎.gguf‎، أو مجلدًا فيه ملفات منها، أو مجلد نموذج ليُحوَّل.</translation>
    </message>
    <message>
        <source>{name} is a model that must be converted first.</source>
        <translation>{name} نموذج يجب تحويله أولًا.</translation>
    </message>
    <message>
        <source>The file {name} has changed since it was downloaded (its checksum differs).</source>
        <translation>تغيّر الملف {name} منذ تنزيله (مجموع التحقق مختلف).</translation>
    </message>
    <message>
        <source>Delete it and download it again.</source>
        <translation>احذفه ونزّله من جديد.</translation>
    </message>
    <message>
        <source>Samar does not use the internet until you allow it.</source>
        <translation>لا يستعمل سمر الإنترنت حتى تسمح له.</translation>
    </message>
    <message>
        <source>Allow the internet in the settings (Data), or add --network in a terminal.</source>
        <translation>اسمح بالإنترنت في الإعدادات (البيانات)، أو أضف ‎--network‎ في الطرفية.</translation>
    </message>
    <message>
        <source>{host} can’t be reached: {reason}.</source>
        <translation>يتعذّر الوصول إلى {host}: {reason}.</translation>
    </message>
    <message>
        <source>Check the internet connection and try again.</source>
        <translation>تحقّق من الاتصال بالإنترنت ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The connection to {host} is not safe: {reason}.</source>
        <translation>الاتصال بـ {host} غير آمن: {reason}.</translation>
    </message>
    <message>
        <source>Check the clock of the computer. In a school or an office, ask whether its certificate must be installed.</source>
        <translation>تحقّق من ساعة الحاسوب. وفي مدرسة أو شركة اسأل هل يلزم تثبيت شهادتها.</translation>
    </message>
    <message>
        <source>{repo} can be downloaded only with an account, or it does not exist.</source>
        <translation>لا يُنزَّل {repo} إلا بحساب، أو هو غير موجود.</translation>
    </message>
    <message>
        <source>Create an access token in your account on Hugging Face, give it to Samar, and try again.</source>
        <translation>أنشئ رمز دخول في حسابك على Hugging Face وأعطه سمر، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>You must ask for access to {repo}.</source>
        <translation>يلزم طلب الإذن بتنزيل {repo}.</translation>
    </message>
    <message>
        <source>Sign in on Hugging Face, accept the conditions on its page, and try again.</source>
        <translation>سجّل الدخول في Hugging Face واقبل الشروط في صفحته، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>You must ask for access to {repo}, and Samar has no access token of your account.</source>
        <translation>يلزم طلب الإذن بتنزيل {repo}، وليس لدى سمر رمز دخول من حسابك.</translation>
    </message>
    <message>
        <source>Accept the conditions on its page on Hugging Face, then give Samar an access token of your account (in a terminal: HF_TOKEN).</source>
        <translation>اقبل الشروط في صفحته على Hugging Face، ثم أعطِ سمر رمز دخول من حسابك (وفي الطرفية: HF_TOKEN).</translation>
    </message>
    <message>
        <source>{name} is not on Hugging Face, or no longer.</source>
        <translation>ليس {name} على Hugging Face، أو لم يعد هناك.</translation>
    </message>
    <message>
        <source>Hugging Face asks to wait {wait} seconds: there were too many requests.</source>
        <translation>يطلب Hugging Face الانتظار، والمدة بالثواني {wait}: الطلبات كثيرة.</translation>
    </message>
    <message>
        <source>Try again after that. With an access token the limit is higher.</source>
        <translation>أعد المحاولة بعد ذلك. الحدّ أعلى مع رمز دخول.</translation>
    </message>
    <message>
        <source>{name} is larger than what Hugging Face sends as one file.</source>
        <translation>{name} أكبر مما يرسله Hugging Face ملفًا واحدًا.</translation>
    </message>
    <message>
        <source>Hugging Face answered with an error ({reason}).</source>
        <translation>ردّ Hugging Face بخطأ ({reason}).</translation>
    </message>
    <message>
        <source>The downloaded file {name} is not as Hugging Face describes it: {reason}.</source>
        <translation>الملف المنزَّل {name} ليس كما يصفه Hugging Face: {reason}.</translation>
    </message>
    <message>
        <source>It was deleted. Download it again.</source>
        <translation>حُذف. نزّله من جديد.</translation>
    </message>
    <message>
        <source>{name} needs {needed} on the disk, and only {free} are free.</source>
        <translation>يحتاج {name} إلى {needed} على القرص، والخالي {free} فقط.</translation>
    </message>
    <message>
        <source>Samar can’t write to {folder}: {reason}.</source>
        <translation>تتعذّر الكتابة في {folder}: {reason}.</translation>
    </message>
    <message>
        <source>Allow writing to that folder, or choose another folder for models.</source>
        <translation>اسمح بالكتابة في ذلك المجلد، أو اختر مجلدًا آخر للنماذج.</translation>
    </message>
    <message>
        <source>Wait until it is done: the model then appears here too.</source>
        <translation>انتظر حتى تنتهي: يظهر النموذج هنا أيضًا.</translation>
    </message>
    <message>
        <source>This computer has no password store (keyring) that could keep the access token: {reason}.</source>
        <translation>ليس في هذا الحاسوب مخزن كلمات مرور (keyring) يحفظ رمز الدخول: {reason}.</translation>
    </message>
    <message>
        <source>Set the environment variable HF_TOKEN instead. Samar never writes a token to a file.</source>
        <translation>عيّن متغيّر البيئة HF_TOKEN بدلًا من ذلك. لا يكتب سمر رمز دخول في ملف أبدًا.</translation>
    </message>
    <message>
        <source>What was written so far does not follow the grammar (GBNF), so it can’t be continued.</source>
        <translation>ما كُتب حتى الآن لا يطابق القالب (GBNF)، فلا يمكن إكماله.</translation>
    </message>
    <message>
        <source>The JSON schema can’t be read: {reason}.</source>
        <translation>لا يمكن قراءة مخطط JSON: {reason}.</translation>
    </message>
    <message>
        <source>The JSON schema asks for something that Samar can’t enforce: {keyword}.</source>
        <translation>يطلب مخطط JSON ما لا يستطيع سمر إلزام الردّ به: {keyword}.</translation>
    </message>
    <message>
        <source>Remove that part, or send without a schema.</source>
        <translation>احذف ذلك الجزء، أو أرسل من دون مخطط.</translation>
    </message>
    <message>
        <source>Install a font such as Noto Sans Arabic, and start Samar again.</source>
        <translation>ثبّت خطًّا مثل Noto Sans Arabic ثم شغّل سمر من جديد.</translation>
    </message>
    <message>
        <source>Wait a moment and try again, or end Samar and start it again.</source>
        <translation>انتظر قليلًا ثم أعد المحاولة، أو أنهِ سمر وشغّله من جديد.</translation>
    </message>
    <message>
        <source>This copy of Samar does not know where new versions are.</source>
        <translation>لا تعرف هذه النسخة من سمر أين تُنشر الإصدارات الجديدة.</translation>
    </message>
    <message>
        <source>Get newer versions from where you got this one.</source>
        <translation>احصل على الإصدارات الأحدث من حيث حصلت على هذه.</translation>
    </message>
    <message>
        <source>This Samar runs from its source code and can’t update itself.</source>
        <translation>يعمل سمر هذا من مصدره البرمجي ولا يحدّث نفسه.</translation>
    </message>
    <message>
        <source>Update the source code and start Samar again.</source>
        <translation>حدّث المصدر ثم شغّله من جديد.</translation>
    </message>
    <message>
        <source>The page of new versions ({host}) can’t be reached: {reason}.</source>
        <translation>تعذّر الوصول إلى صفحة الإصدارات ({host}): {reason}.</translation>
    </message>
    <message>
        <source>The page of new versions answered with an error ({status}).</source>
        <translation>أجابت صفحة الإصدارات بخطأ ({status}).</translation>
    </message>
    <message>
        <source>The page of new versions leads to {host}, which is not one of its own.</source>
        <translation>تحيل صفحة الإصدارات إلى {host}، وهو ليس من مواقعها.</translation>
    </message>
    <message>
        <source>Nothing was downloaded from there. Try again with another internet connection.</source>
        <translation>لم يُنزَّل شيء من هناك. أعد المحاولة باتصال آخر بالإنترنت.</translation>
    </message>
    <message>
        <source>The answer of the page of new versions can’t be read.</source>
        <translation>تعذّرت قراءة جواب صفحة الإصدارات.</translation>
    </message>
    <message>
        <source>Try again later. Nothing was changed.</source>
        <translation>أعد المحاولة لاحقًا. لم يتغيّر شيء.</translation>
    </message>
    <message>
        <source>Version {version} was published without what proves that it is genuine (its checksums and their signature).</source>
        <translation>نُشر الإصدار {version} من دون ما يثبت صحته (مجاميع التحقق وتوقيعها).</translation>
    </message>
    <message>
        <source>Try again later. Nothing was downloaded.</source>
        <translation>أعد المحاولة لاحقًا. لم يُنزَّل شيء.</translation>
    </message>
    <message>
        <source>Look at the page of new versions in a browser.</source>
        <translation>انظر صفحة الإصدارات في المتصفّح.</translation>
    </message>
    <message>
        <source>The new version is not signed by the makers of Samar.</source>
        <translation>الإصدار الجديد لم يوقّعه صانعو سمر.</translation>
    </message>
    <message>
        <source>It was deleted. Do not install it from elsewhere either.</source>
        <translation>حُذف. لا تثبّته من مكان آخر أيضًا.</translation>
    </message>
    <message>
        <source>The page offers version {version}, but the signature belongs to another one.</source>
        <translation>تعرض الصفحة الإصدار {version}، لكن التوقيع لإصدار آخر.</translation>
    </message>
    <message>
        <source>Nothing was kept. Try again later, or with another internet connection.</source>
        <translation>لم يُحتفظ بشيء. أعد المحاولة لاحقًا أو باتصال آخر بالإنترنت.</translation>
    </message>
    <message>
        <source>{name} is not the file that was published (its checksum differs).</source>
        <translation>{name} ليس الملف الذي نُشر (مجموع التحقق مختلف).</translation>
    </message>
    <message>
        <source>It was deleted. Try again later, or with another internet connection.</source>
        <translation>حُذف. أعد المحاولة لاحقًا أو باتصال آخر بالإنترنت.</translation>
    </message>
    <message>
        <source>Only a part of {name} arrived.</source>
        <translation>لم يصل من {name} إلا جزء.</translation>
    </message>
    <message>
        <source>It was deleted. Check the internet connection and try again.</source>
        <translation>حُذف. تحقّق من الاتصال بالإنترنت ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>{name} is larger than the page of new versions says.</source>
        <translation>حجم {name} أكبر مما تذكره صفحة الإصدارات.</translation>
    </message>
    <message>
        <source>The settings were saved by a newer version of Samar. They are kept as {aside}.</source>
        <translation>الإعدادات محفوظة بإصدار أحدث من سمر. حُفظت نسخة منها باسم {aside}.</translation>
    </message>
    <message>
        <source>Update Samar to use them again. Until then it uses what it understands of them.</source>
        <translation>حدّث سمر لتستعملها من جديد. وإلى ذلك الحين يستعمل ما يفهمه منها.</translation>
    </message>
    <message>
        <source>The adapter {adapter} was made for another model, not for {name}.</source>
        <translation>صُنع المهايئ {adapter} لنموذج غير {name}.</translation>
    </message>
    <message>
        <source>Choose an adapter that was made for this model, or remove it in the settings of the model.</source>
        <translation>اختر مهايئًا صُنع لهذا النموذج، أو أزله من إعدادات النموذج.</translation>
    </message>
    <message>
        <source>The adapter {adapter} works only after a certain text that it was trained with (aLoRA).</source>
        <translation>لا يعمل المهايئ {adapter} إلا بعد نصّ معيّن دُرِّب معه (aLoRA).</translation>
    </message>
    <message>
        <source>Samar can’t use adapters of this kind; choose another one.</source>
        <translation>لا يستعمل سمر مهايئات من هذا النوع؛ اختر غيره.</translation>
    </message>
    <message>
        <source>{name} is not an adapter (LoRA) in GGUF format.</source>
        <translation>{name} ليس مهايئًا (LoRA) بصيغة GGUF.</translation>
    </message>
    <message>
        <source>Choose another file. Adapters of Hugging Face can be converted with “samar convert”.</source>
        <translation>اختر ملفًا آخر. ومهايئات Hugging Face تُحوَّل بالأمر «samar convert».</translation>
    </message>
    <message>
        <source>Its {quantization} file would fit: download that one, or close other programs.</source>
        <translation>ملفه بصيغة {quantization} تتّسع له الذاكرة: نزّله، أو أغلق برامج أخرى.</translation>
    </message>
    <message>
        <source>{draft} can’t be the draft model of {name}: their vocabularies differ.</source>
        <translation>لا يصلح {draft} نموذجَ مسوّدة لـ {name}: مفرداتهما مختلفة.</translation>
    </message>
    <message>
        <source>Choose a smaller model of the same family as draft model, or none.</source>
        <translation>اختر للمسوّدة نموذجًا أصغر من العائلة نفسها، أو لا تختر شيئًا.</translation>
    </message>
    <message>
        <source>{name} can’t see images: its vision file is missing, or it has none.</source>
        <translation>{name} لا يرى الصور: ملف الرؤية ناقص، أو ليس له ملف رؤية.</translation>
    </message>
    <message>
        <source>Choose a model that sees images, or put the vision file (mmproj….gguf) beside this one.</source>
        <translation>اختر نموذجًا يرى الصور، أو ضع ملف الرؤية (‎mmproj….gguf‎) بجانب هذا النموذج.</translation>
    </message>
    <message>
        <source>The vision file {projector} does not belong to {name}.</source>
        <translation>ملف الرؤية {projector} لا يخصّ {name}.</translation>
    </message>
    <message>
        <source>Use the vision file that was made for this model, or send without images.</source>
        <translation>استعمل ملف الرؤية المصنوع لهذا النموذج، أو أرسل من دون صور.</translation>
    </message>
    <message>
        <source>The image {name} can’t be read: it is damaged, or it is not an image.</source>
        <translation>تتعذّر قراءة الصورة {name}: هي تالفة، أو ليست صورة.</translation>
    </message>
    <message>
        <source>No font on this computer has Arabic letters, so Samar is shown in English for now.</source>
        <translation>ليس في هذا الحاسوب خطّ فيه حروف عربية، فيظهر سمر بالإنجليزية إلى حين.</translation>
    </message>
    <message>
        <source>Samar could not open its window. Your chats in {folder} were left as they are.</source>
        <translation>تعذّر على سمر فتح نافذته. محادثاتك في {folder} باقية كما هي.</translation>
    </message>
    <message>
        <source>To go on, start Samar with --data-dir and another folder, or use “samar chat” in a terminal. Please report this, with the event log {log}.</source>
        <translation>لتتابع العمل شغّل سمر مع ‎--data-dir‎ ومجلد آخر، أو استعمل الأمر «samar chat» في الطرفية. وأبلغ عن هذا مع سجلّ الأحداث {log}.</translation>
    </message>
    <message>
        <source>The settings file {name} can’t be read now: {reason}.</source>
        <translation>تتعذّر الآن قراءة ملف الإعدادات {name}: {reason}.</translation>
    </message>
    <message>
        <source>Samar uses its original settings for now. The file stays as it is, and what you change is added to it.</source>
        <translation>يستعمل سمر إعداداته الأصلية في هذه الأثناء. يبقى الملف كما هو، ويُضاف إليه ما تغيّره.</translation>
    </message>
    <message>
        <source>Some settings could not be read: {fields}. The earlier file is kept as {aside}.</source>
        <translation>تعذّرت قراءة بعض الإعدادات: {fields}. حُفظ الملف كما كان باسم {aside}.</translation>
    </message>
    <message>
        <source>For these Samar uses the original values until you change them. The others are as you set them.</source>
        <translation>يستعمل سمر لها القيم الأصلية إلى أن تغيّرها، وسائر الإعدادات كما ضبطتها.</translation>
    </message>
    <message>
        <source>The list of your models can’t be read now: {reason}.</source>
        <translation>تتعذّر الآن قراءة قائمة نماذجك: {reason}.</translation>
    </message>
    <message>
        <source>It stays as it is, and is read again the next time you look at your models.</source>
        <translation>تبقى كما هي، وتُقرأ من جديد حين تنظر في نماذجك المرة القادمة.</translation>
    </message>
    <message>
        <source>A part of the list of your models could not be read. The earlier file is kept as {aside}.</source>
        <translation>تعذّرت قراءة جزء من قائمة نماذجك. حُفظ الملف كما كان باسم {aside}.</translation>
    </message>
    <message>
        <source>The rest is as before. Add what is missing once more.</source>
        <translation>سائر القائمة كما كان. أضف ما ينقصها مرة أخرى.</translation>
    </message>
    <message>
        <source>The name of {name}, or of a folder it is in, has letters that can’t be read (it is not UTF-8).</source>
        <translation>في اسم {name}، أو اسم مجلد هو فيه، حروف لا تُقرأ (ليس بترميز UTF-8).</translation>
    </message>
    <message>
        <source>Download a file of a common type, such as Q4_K_M, or update Samar.</source>
        <translation>نزّل ملفًا من نوع شائع مثل Q4_K_M، أو حدّث سمر.</translation>
    </message>
    <message>
        <source>{name} has its part for images inside the same file. Only Ollama can read that.</source>
        <translation>في {name} الجزءُ الخاص بالصور داخل الملف نفسه، ولا يقرأ ذلك إلا Ollama.</translation>
    </message>
    <message>
        <source>Download the model from Hugging Face: there that part is a separate file (mmproj).</source>
        <translation>نزّل النموذج من Hugging Face: هناك يكون ذلك الجزء ملفًا مستقلًّا (mmproj).</translation>
    </message>
    <message>
        <source>The file of your chats was damaged, but everything in it could be read. It was written anew.</source>
        <translation>كان ملف محادثاتك تالفًا، لكن أمكنت قراءة كل ما فيه. كُتب من جديد.</translation>
    </message>
    <message>
        <source>The file of your chats was gone. The backup of {date} is open.</source>
        <translation>لم يعد ملف محادثاتك موجودًا. فُتحت النسخة الاحتياطية بتاريخ {date}.</translation>
    </message>
    <message>
        <source>The file of your chats was gone, and no backup in {folder} can be opened.</source>
        <translation>لم يعد ملف محادثاتك موجودًا، ولا تُفتح أي نسخة احتياطية في {folder}.</translation>
    </message>
    <message>
        <source>If you moved the file, close Samar and put it back. Until then Samar goes on without chats.</source>
        <translation>إن كنت نقلت الملف فأغلق سمر وأعده إلى مكانه. وحتى ذلك الحين يتابع سمر من دون محادثات.</translation>
    </message>
    <message>
        <source>The damaged file is kept as {aside}. Some texts may have changed where the damage was; this can’t be told.</source>
        <translation>الملف التالف محفوظ باسم {aside}. ربما تغيّرت نصوص في موضع التلف، ولا سبيل إلى معرفة ذلك.</translation>
    </message>
    <message>
        <source>There is no connection to the internet.</source>
        <translation>لا يوجد اتصال بالإنترنت.</translation>
    </message>
    <message>
        <source>Connect the computer and try again.</source>
        <translation>صِل الحاسوب ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The proxy that is set on this computer can’t be used: {reason}.</source>
        <translation>لا يمكن استعمال الوكيل (proxy) المضبوط في هذا الحاسوب: {reason}.</translation>
    </message>
    <message>
        <source>Set ALL_PROXY, HTTP_PROXY and HTTPS_PROXY to an address that begins with http, https or socks5.</source>
        <translation>اضبط ALL_PROXY وHTTP_PROXY وHTTPS_PROXY على عنوان يبدأ بـ http أو https أو socks5.</translation>
    </message>
    <message>
        <source>{host} can’t be reached through the proxy {proxy}: {reason}.</source>
        <translation>تعذّر الوصول إلى {host} عبر الوكيل (proxy) {proxy}: {reason}.</translation>
    </message>
    <message>
        <source>Check that the proxy or VPN program is running, and try again.</source>
        <translation>تأكّد من أن برنامج الوكيل أو VPN يعمل، ثم أعد المحاولة.</translation>
    </message>
    <message>
        <source>The answer of {host} about {name} can’t be understood.</source>
        <translation>لا يمكن فهم جواب {host} عن {name}.</translation>
    </message>
    <message>
        <source>The connection to {host} is not encrypted, so your access token was not sent.</source>
        <translation>الاتصال بـ {host} بلا تشفير، فلم يُرسَل رمز دخولك.</translation>
    </message>
    <message>
        <source>{repo} has no GGUF file, but it can be converted.</source>
        <translation>ليس في {repo} ملف GGUF، لكن يمكن تحويله.</translation>
    </message>
    <message>
        <source>Run “samar convert {repo} --network”, or look for a page with GGUF files.</source>
        <translation>شغّل «samar convert {repo} --network»، أو ابحث عن صفحة فيها ملفات GGUF.</translation>
    </message>
    <message>
        <source>{repo} has no model that Samar can use.</source>
        <translation>ليس في {repo} نموذج يستطيع سمر استعماله.</translation>
    </message>
    <message>
        <source>Look for a page with GGUF files.</source>
        <translation>ابحث عن صفحة فيها ملفات GGUF.</translation>
    </message>
    <message>
        <source>{repo} has no file of the type {type}.</source>
        <translation>ليس في {repo} ملف من النوع {type}.</translation>
    </message>
    <message>
        <source>Reading {name} takes too much time or memory for a file of chats.</source>
        <translation>قراءة {name} تستغرق وقتًا أو ذاكرة أكثر مما ينبغي لملف محادثات.</translation>
    </message>
    <message>
        <source>The printer {name} does not accept pages.</source>
        <translation>لا تستقبل الطابعة {name} أي صفحة.</translation>
    </message>
    <message>
        <source>Check that it is switched on, or choose PDF and print the file.</source>
        <translation>تأكّد من أنها تعمل، أو اختر ملف PDF واطبعه.</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>It was quantized by a very old version: look for a newer file.</source>
        <translation>كُمّم بإصدار قديم جدًّا: ابحث عن ملف أحدث.</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>يتّسع</translation>
    </message>
    <message>
        <source>Tight</source>
        <translation>بالكاد</translation>
    </message>
    <message>
        <source>Comes with Samar</source>
        <translation>يأتي مع سمر</translation>
    </message>
    <message>
        <source>Downloaded</source>
        <translation>نُزّل</translation>
    </message>
    <message>
        <source>Your file</source>
        <translation>ملفك</translation>
    </message>
    <message>
        <source>Your folder</source>
        <translation>مجلدك</translation>
    </message>
    <message>
        <source>None</source>
        <translation>لا شيء</translation>
    </message>
    <message>
        <source>Weak</source>
        <translation>ضعيفة</translation>
    </message>
    <message>
        <source>Fair</source>
        <translation>مقبولة</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>جيدة</translation>
    </message>
    <message>
        <source>Excellent</source>
        <translation>ممتازة</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>في الانتظار</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>جارٍ التنزيل</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>متوقف مؤقتًا</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>توقف</translation>
    </message>
    <message>
        <source>over {speed} tokens/s</source>
        <translation>أكثر من {speed} رمز/ث</translation>
    </message>
    <message>
        <source>≈ {speed} tokens/s</source>
        <translation>≈ {speed} رمز/ث</translation>
    </message>
    <message>
        <source>A context of {fitting} tokens fits.</source>
        <translation>يتّسع لسياق من {fitting} رمزًا.</translation>
    </message>
    <message>
        <source>Converted</source>
        <translation>حُوِّل هنا</translation>
    </message>
    <message>
        <source>The most capable model that fits: it takes {needed} of the {free} of memory that are free, and writes about {speed} tokens per second.</source>
        <translation>أقدر ما يتّسع له الحاسوب: يأخذ {needed} من {free} المتاحة من الذاكرة، ويكتب نحو {speed} رمز/ث.</translation>
    </message>
    <message>
        <source>The most capable model that writes much faster than you read: about {speed} tokens per second, in {needed} of memory.</source>
        <translation>أقدر ما يكتب أسرع بكثير مما تقرأ: نحو {speed} رمز/ث، في {needed} من الذاكرة.</translation>
    </message>
    <message>
        <source>The best Arabic that fits: it takes {needed} of the {free} of memory that are free, and writes about {speed} tokens per second.</source>
        <translation>أفضل عربية يتّسع لها الحاسوب: يأخذ {needed} من {free} المتاحة من الذاكرة، ويكتب نحو {speed} رمز/ث.</translation>
    </message>
    <message>
        <source>Little memory is free ({free}); this model takes only {needed}.</source>
        <translation>الذاكرة المتاحة قليلة ({free})، وهذا لا يأخذ إلا {needed}.</translation>
    </message>
    <message>
        <source>It has no chat template, so Samar uses a common one (ChatML) and its answers may be odd. It may not be made for chats (a base model).</source>
        <translation>لا قالب محادثة له، فيستعمل سمر قالبًا شائعًا (ChatML) وقد تكون أجوبته غريبة. لعلّه لم يُصنع للمحادثة (نموذج أساس).</translation>
    </message>
    <message>
        <source>It was converted long ago and does not say how to split text: its answers are worse than they should be.</source>
        <translation>حُوّل قديمًا ولا يذكر كيف يُقسَّم النص: أجوبته أسوأ مما ينبغي.</translation>
    </message>
    <message>
        <source>It was converted without what it needs for long texts: beyond 8,192 tokens its answers fall apart.</source>
        <translation>حُوّل من دون ما يلزم النصوص الطويلة: تختلّ أجوبته بعد 8,192 رمزًا.</translation>
    </message>
    <message>
        <source>It does not say how a reply ends: it may go on for ever.</source>
        <translation>لا يبيّن كيف ينتهي الردّ: قد يستمرّ بلا نهاية.</translation>
    </message>
    <message>
        <source>The sizes of its vocabulary and its weights differ: it may not load.</source>
        <translation>حجم مفرداته يخالف حجم أوزانه: قد لا يُحمَّل.</translation>
    </message>
    <message>
        <source>It is quantized very strongly (fewer than 3 bits for each weight): expect mistakes, above all in Arabic.</source>
        <translation>تكميمه شديد (أقلّ من 3 بتات لكل وزن): توقّع أخطاء، وفي العربية خاصة.</translation>
    </message>
    <message>
        <source>It does not say how long a context it was trained for.</source>
        <translation>لا يذكر طول السياق الذي دُرّب عليه.</translation>
    </message>
    <message>
        <source>Won’t fit</source>
        <translation>لا يتّسع</translation>
    </message>
    <message>
        <source>Waiting for Hugging Face</source>
        <translation>ينتظر Hugging Face</translation>
    </message>
    <message>
        <source>Needs {needed} of memory with a context of {context} tokens; {free} are free.</source>
        <translation>يحتاج {needed} من الذاكرة مع سياق من {context} رمزًا، والمتاح {free}.</translation>
    </message>
    <message>
        <source>It was not trained to answer: it continues the text that you write (a base model).</source>
        <translation>لم يُدرَّب على الإجابة: يكمل النص الذي تكتبه (نموذج أساس).</translation>
    </message>
    <message>
        <source>It does not say how a chat is written for it: answers may be odd.</source>
        <translation>لا يبيّن كيف تُكتب له المحادثة، فقد تكون إجاباته غريبة.</translation>
    </message>
    <message>
        <source>Continues text</source>
        <translation>يكمل النص</translation>
    </message>
    <message>
        <source>No chat template</source>
        <translation>بلا قالب محادثة</translation>
    </message>
    <message>
        <source>English not named</source>
        <translation>العربية غير مذكورة</translation>
    </message>
    <message>
        <source>English is not among the languages that its makers name.</source>
        <translation>ليست العربية بين اللغات التي يذكرها صانعوه.</translation>
    </message>
</context>
<context>
    <name>reasons</name>
    <message>
        <source>you are not allowed to</source>
        <translation>لا إذن لك بذلك</translation>
    </message>
    <message>
        <source>it is not there</source>
        <translation>غير موجود</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>القرص ممتلئ</translation>
    </message>
    <message>
        <source>the disk can only be read, not written to</source>
        <translation>القرص للقراءة فقط</translation>
    </message>
    <message>
        <source>the disk takes no files of this size</source>
        <translation>القرص لا يقبل ملفات بهذا الحجم</translation>
    </message>
    <message>
        <source>the disk has a fault</source>
        <translation>في القرص عطل</translation>
    </message>
    <message>
        <source>another program is using it</source>
        <translation>يستعمله برنامج آخر</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>هو مجلد</translation>
    </message>
    <message>
        <source>its folder is not there</source>
        <translation>مجلده غير موجود</translation>
    </message>
    <message>
        <source>its links lead in a circle</source>
        <translation>روابطه تدور في حلقة</translation>
    </message>
    <message>
        <source>its name is too long</source>
        <translation>اسمه أطول مما ينبغي</translation>
    </message>
    <message>
        <source>the disk or network drive does not answer</source>
        <translation>القرص أو قرص الشبكة لا يستجيب</translation>
    </message>
    <message>
        <source>there is not enough memory</source>
        <translation>الذاكرة لا تكفي</translation>
    </message>
    <message>
        <source>too many files are open</source>
        <translation>الملفات المفتوحة كثيرة جدًّا</translation>
    </message>
    <message>
        <source>it refuses the connection</source>
        <translation>يرفض الاتصال</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>انقطع الاتصال</translation>
    </message>
    <message>
        <source>no answer came in time</source>
        <translation>تأخّر الجواب</translation>
    </message>
    <message>
        <source>there is no way to it from here</source>
        <translation>لا طريق إليه من هنا</translation>
    </message>
    <message>
        <source>its address is not known</source>
        <translation>عنوانه غير معروف</translation>
    </message>
    <message>
        <source>its certificate has expired</source>
        <translation>انتهت صلاحية شهادته</translation>
    </message>
    <message>
        <source>its certificate is not valid yet</source>
        <translation>لم تبدأ صلاحية شهادته بعد</translation>
    </message>
    <message>
        <source>this computer does not trust its certificate</source>
        <translation>هذا الحاسوب لا يثق بشهادته</translation>
    </message>
    <message>
        <source>its certificate belongs to another address</source>
        <translation>شهادته لعنوان آخر</translation>
    </message>
    <message>
        <source>it does not offer a safe connection</source>
        <translation>لا يوفّر اتصالًا آمنًا</translation>
    </message>
    <message>
        <source>it ends too early</source>
        <translation>ينتهي قبل تمامه</translation>
    </message>
    <message>
        <source>it is not valid JSON</source>
        <translation>ليس JSON صحيحًا</translation>
    </message>
    <message>
        <source>line {line} is not valid JSON</source>
        <translation>السطر {line} ليس JSON صحيحًا</translation>
    </message>
    <message>
        <source>it is not text (UTF-8)</source>
        <translation>ليس نصًّا (UTF-8)</translation>
    </message>
    <message>
        <source>it is not a zip file</source>
        <translation>ليس ملفًا مضغوطًا (zip)</translation>
    </message>
    <message>
        <source>none is installed or unlocked</source>
        <translation>لا يوجد مخزن مثبّت ومفتوح</translation>
    </message>
    <message>
        <source>the computer ran out of memory</source>
        <translation>نفدت ذاكرة الحاسوب</translation>
    </message>
    <message>
        <source>it names no architecture</source>
        <translation>لا يذكر معماريته</translation>
    </message>
    <message>
        <source>it has no weights</source>
        <translation>ليست فيه أوزان</translation>
    </message>
    <message>
        <source>it ends inside its header</source>
        <translation>ينتهي داخل ترويسته</translation>
    </message>
    <message>
        <source>{count} bytes are missing at its end</source>
        <translation>ينقص من آخره {count} بايت</translation>
    </message>
    <message>
        <source>it is big-endian</source>
        <translation>ترتيب بايتاته معكوس (big-endian)</translation>
    </message>
    <message>
        <source>it is of version {count} of GGUF</source>
        <translation>هو بالإصدار {count} من GGUF</translation>
    </message>
    <message>
        <source>version {count} of GGUF is unknown</source>
        <translation>الإصدار {count} من GGUF غير معروف</translation>
    </message>
    <message>
        <source>its tensors are of type {name}</source>
        <translation>موتّراته من النوع {name}</translation>
    </message>
    <message>
        <source>its checksum is another one</source>
        <translation>مجموع التحقق مختلف</translation>
    </message>
    <message>
        <source>it has the wrong length</source>
        <translation>طوله مختلف</translation>
    </message>
    <message>
        <source>it is not a GGUF file</source>
        <translation>ليس ملف GGUF</translation>
    </message>
    <message>
        <source>the file on Hugging Face has changed</source>
        <translation>تغيّر الملف على Hugging Face</translation>
    </message>
    <message>
        <source>it is nested too deep</source>
        <translation>تداخله أعمق مما ينبغي</translation>
    </message>
    <message>
        <source>it is not a file</source>
        <translation>ليس ملفًا</translation>
    </message>
    <message>
        <source>reading it failed badly</source>
        <translation>تعطّلت قراءته</translation>
    </message>
    <message>
        <source>its kind or its address is unknown</source>
        <translation>نوعه أو عنوانه غير معروف</translation>
    </message>
    <message>
        <source>its kind needs the package socksio</source>
        <translation>يحتاج نوعه إلى الحزمة socksio</translation>
    </message>
    <message>
        <source>the file was moved away while it was open</source>
        <translation>نُقل الملف وهو مفتوح</translation>
    </message>
    <message>
        <source>the search index is damaged; it is made anew at the next start</source>
        <translation>فهرس البحث تالف، ويُصنع من جديد عند التشغيل القادم</translation>
    </message>
    <message>
        <source>no answer in {count} seconds</source>
        <translation>لا جواب، والمدة بالثواني {count}</translation>
    </message>
    <message>
        <source>it belongs to another version</source>
        <translation>هو من إصدار آخر</translation>
    </message>
    <message>
        <source>the image could not be prepared for the model</source>
        <translation>تعذّر تجهيز الصورة للنموذج</translation>
    </message>
    <message>
        <source>the image could not be read</source>
        <translation>تعذّرت قراءة الصورة</translation>
    </message>
    <message>
        <source>a rule begins with itself</source>
        <translation>قاعدة تبدأ بنفسها</translation>
    </message>
    <message>
        <source>no page could be begun</source>
        <translation>تعذّر بدء صفحة</translation>
    </message>
</context>
<context>
    <name>units</name>
    <message>
        <source>{size} GB</source>
        <translation>{size} غ.ب</translation>
    </message>
    <message>
        <source>{size} MB</source>
        <translation>{size} م.ب</translation>
    </message>
    <message>
        <source>{size} KB</source>
        <translation>{size} ك.ب</translation>
    </message>
    <message>
        <source>{size} B</source>
        <translation>{size} بايت</translation>
    </message>
</context>
</TS>
