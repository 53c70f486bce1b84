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
        <source>Take {name} off</source>
        <translation>انزع {name}</translation>
    </message>
</context>
<context>
    <name>AdviceCard</name>
    <message>
        <source>The most able</source>
        <translation>الأقدر</translation>
    </message>
    <message>
        <source>The quick one</source>
        <translation>السريع</translation>
    </message>
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
</context>
<context>
    <name>AttachmentTray</name>
    <message>
        <source>{name} is taken away</source>
        <translation>أُزيلت الصورة {name}</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) to be sent</source>
        <translation>
            <numerusform>لا صور سترسل</numerusform>
            <numerusform>صورة واحدة سترسل</numerusform>
            <numerusform>صورتان سترسلان</numerusform>
            <numerusform>%n صور سترسل</numerusform>
            <numerusform>%n صورة سترسل</numerusform>
            <numerusform>%n صورة سترسل</numerusform>
        </translation>
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
        <source>a system message</source>
        <translation>رسالة نظام</translation>
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
        <source>takes {things}</source>
        <translation>يقبل {things}</translation>
    </message>
    <message>
        <source>user and assistant turns only</source>
        <translation>أدوار المستخدم والمساعد فقط</translation>
    </message>
    <message>
        <source>{count} at work for each token</source>
        <translation>يعمل منها {count} لكل رمز</translation>
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
        <source>not said in the file</source>
        <translation>لم تُذكر في الملف</translation>
    </message>
    <message>
        <source>Made by</source>
        <translation>من صنع</translation>
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
        <source>Belongs to it</source>
        <translation>ملفات تتبعه</translation>
    </message>
    <message>
        <source>File</source>
        <translation>الملف</translation>
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
        <source>To be converted</source>
        <translation>يحتاج إلى تحويل</translation>
    </message>
    <message>
        <source>The second figure is at work for each token.</source>
        <translation>الرقم الثاني ما يعمل لكل رمز.</translation>
    </message>
    <message>
        <source>No model matches. Try fewer words, or another choice beside them.</source>
        <translation>لا نموذج يطابق ذلك. جرّب كلمات أقل، أو اختيارًا آخر بجانبها.</translation>
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
        <source>the original&apos;s makers ask for consent</source>
        <translation>صانعو الأصل يطلبون الموافقة</translation>
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
        <source>What fits</source>
        <translation>ما يتّسع له الحاسوب</translation>
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
        <source>A temporary chat can’t be forked</source>
        <translation>لا يمكن تفريع محادثة مؤقتة</translation>
    </message>
    <message>
        <source>The reply is still being written</source>
        <translation>ما زال الردّ يُكتب</translation>
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
        <source>folded</source>
        <translation>مطوي</translation>
    </message>
    <message>
        <source>unfolded</source>
        <translation>مبسوط</translation>
    </message>
    <message>
        <source>Folder {name}, {count}, {state}</source>
        <translation>المجلد {name}، {count}، {state}</translation>
    </message>
</context>
<context>
    <name>ChatPanel</name>
    <message>
        <source>What the model can keep in view, in tokens.</source>
        <translation>ما يستطيع النموذج إبقاءه أمامه، مقيسًا بالرموز.</translation>
    </message>
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
    <message>
        <source>Full: the oldest turns are left out.</source>
        <translation>امتلأ السياق: تُترك أقدم الرسائل.</translation>
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
        <source>This is the prompt of the settings. What you write here is for this chat only.</source>
        <translation>هذه تعليمات الإعدادات. ما تكتبه هنا يخصّ هذه المحادثة وحدها.</translation>
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
        <source>Back to the default</source>
        <translation>عُد إلى الأصل</translation>
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
        <source>Empty: the prompt of the settings is used. What you write here is for this chat only.</source>
        <translation>فارغ: تُستعمل تعليمات الإعدادات. ما تكتبه هنا يخصّ هذه المحادثة وحدها.</translation>
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
    <name>ChatView</name>
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
    <name>Chip</name>
    <message>
        <source>Image {name}, {size}</source>
        <translation>الصورة {name}، {size}</translation>
    </message>
    <message>
        <source>Delete takes it away.</source>
        <translation>مفتاح الحذف يزيلها.</translation>
    </message>
    <message>
        <source>Take {name} away</source>
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
        <source>Nothing fits these words.</source>
        <translation>لا شيء يوافق هذه الكلمات.</translation>
    </message>
    <message>
        <source>↑ ↓ choose, Enter takes it, Esc closes.</source>
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
        <source>Write the last reply again</source>
        <translation>أعد كتابة آخر ردّ</translation>
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
        <source>Models on the Hub</source>
        <translation>النماذج على Hugging Face</translation>
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
        <source>Theme of the system</source>
        <translation>مظهر النظام</translation>
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
        <source>Open the cache folder</source>
        <translation>افتح مجلد ما يُصنع من جديد</translation>
    </message>
    <message>
        <source>Open the log’s folder</source>
        <translation>افتح مجلد سجلّ الأحداث</translation>
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
        <source>Enter sends, Shift+Enter breaks the line.</source>
        <translation>مفتاح الإدخال يرسل، ومع Shift يبدأ سطرًا جديدًا.</translation>
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
        <source>The chat is longer than what the model keeps in view: %n message(s) after the first exchange will be left out.</source>
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
        <source>A summary stands for the %n oldest message(s), which the model no longer sees.</source>
        <translation>
            <numerusform>ملخّص يقوم مقام أقدم %n رسالة لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم رسالة لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم رسالتين لم يعد النموذج يراهما.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم %n رسائل لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم %n رسالة لم يعد النموذج يراها.</numerusform>
            <numerusform>ملخّص يقوم مقام أقدم %n رسالة لم يعد النموذج يراها.</numerusform>
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
        <source>There is no room for the first exchange, so it is left out too.</source>
        <translation>لا مكان لأول سؤال وجوابه، فيُتركان أيضًا.</translation>
    </message>
    <message>
        <source>Good when the task stands in the first message. Nothing is deleted: you still see everything.</source>
        <translation>مناسب إن كانت المهمة في الرسالة الأولى. لا يُحذف شيء: ستبقى ترى كل شيء.</translation>
    </message>
    <message>
        <source>The model writes the summary itself. What stands above is what it is told; change it freely.</source>
        <translation>يكتب النموذج الملخّص بنفسه. ما تراه أعلاه هو ما يُقال له، فغيّره كما تشاء.</translation>
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
    <message numerus="yes">
        <source>erased after %n more day(s)</source>
        <translation>
            <numerusform>تُمحى بعد %n يوم</numerusform>
            <numerusform>تُمحى بعد يوم واحد</numerusform>
            <numerusform>تُمحى بعد يومين</numerusform>
            <numerusform>تُمحى بعد %n أيام</numerusform>
            <numerusform>تُمحى بعد %n يومًا</numerusform>
            <numerusform>تُمحى بعد %n يوم</numerusform>
        </translation>
    </message>
    <message>
        <source>deleted on {date}</source>
        <translation>حُذفت في {date}</translation>
    </message>
    <message numerus="yes">
        <source>Erase %n chat(s) for good? Nobody can bring them back.</source>
        <translation>
            <numerusform>أتمحو %n محادثة نهائيًا؟ لا يمكن لأحد استعادتها.</numerusform>
            <numerusform>أتمحو هذه المحادثة نهائيًا؟ لا يمكن لأحد استعادتها.</numerusform>
            <numerusform>أتمحو محادثتين نهائيًا؟ لا يمكن لأحد استعادتهما.</numerusform>
            <numerusform>أتمحو %n محادثات نهائيًا؟ لا يمكن لأحد استعادتها.</numerusform>
            <numerusform>أتمحو %n محادثة نهائيًا؟ لا يمكن لأحد استعادتها.</numerusform>
            <numerusform>أتمحو %n محادثة نهائيًا؟ لا يمكن لأحد استعادتها.</numerusform>
        </translation>
    </message>
    <message>
        <source>Recently deleted</source>
        <translation>المحذوفة حديثًا</translation>
    </message>
    <message>
        <source>Deleted chats are not found by search and not exported. Those that are not restored are erased for good by themselves. Only days on which Samar is open count, so that a wrong clock erases nothing.</source>
        <translation>المحادثات المحذوفة لا يجدها البحث ولا تُصدَّر. وما لا يُستعاد منها يُمحى نهائيًا من تلقاء نفسه. لا تُحسب إلا الأيام التي يُفتح فيها سمر، فلا تمحو ساعةٌ خاطئة شيئًا.</translation>
    </message>
    <message>
        <source>Nothing was deleted.</source>
        <translation>لم يُحذف شيء.</translation>
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
</context>
<context>
    <name>DownloadDialog</name>
    <message>
        <source>Download a model</source>
        <translation>تنزيل نموذج</translation>
    </message>
    <message>
        <source>Its page names no licence. Read there what you may do with it.</source>
        <translation>لا تذكر صفحته رخصة. اقرأ فيها ما يحقّ لك أن تفعله به.</translation>
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
        <source>Access must be asked for on its page; then give Samar a token of your account.</source>
        <translation>يُطلب الإذن في صفحته، ثم أعطِ سمر رمز دخول من حسابك.</translation>
    </message>
    <message>
        <source>Open its page in the browser</source>
        <translation>افتح صفحته في المتصفح</translation>
    </message>
    <message>
        <source>The file that sees images, {size}</source>
        <translation>الملف الذي يرى الصور، {size}</translation>
    </message>
    <message>
        <source>With it</source>
        <translation>معه</translation>
    </message>
    <message>
        <source>Without it</source>
        <translation>بدونه</translation>
    </message>
    <message>
        <source>It belongs to the model and lies beside it. One serves all sizes of the model.</source>
        <translation>هو من النموذج ويوضع بجانبه، وواحد منه يكفي كل أحجامه.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>نزّل</translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>{held} of {size}</source>
        <translation>{held} من {size}</translation>
    </message>
    <message>
        <source>Verifying</source>
        <translation>يجري التحقق</translation>
    </message>
    <message>
        <source>{size} per second</source>
        <translation>{size} في الثانية</translation>
    </message>
    <message>
        <source>The Hub asks to wait; it goes on by itself</source>
        <translation>طلب Hugging Face التمهّل، ويُستأنف التنزيل من نفسه</translation>
    </message>
    <message>
        <source>Ask for access on its page</source>
        <translation>اطلب الإذن في صفحته</translation>
    </message>
    <message>
        <source>Give Samar a token…</source>
        <translation>أعطِ سمر رمز دخول…</translation>
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
        <source>Drop to convert this checkpoint</source>
        <translation>أفلت لتحويل هذا النموذج</translation>
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
        <source>Nothing of this chat is written to disk; it is gone when you leave it or close Samar.</source>
        <translation>لا يُكتب شيء من هذه المحادثة على القرص، وتزول حين تغادرها أو تغلق سمر.</translation>
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
        <source>Take it off</source>
        <translation>انزعه</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in this chat</source>
        <translation>ابحث في هذه المحادثة</translation>
    </message>
    <message>
        <source>Previous hit</source>
        <translation>النتيجة السابقة</translation>
    </message>
    <message>
        <source>Next hit</source>
        <translation>النتيجة التالية</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>No hits</source>
        <translation>لا نتائج</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} من {1}</translation>
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
        <source>It is not there now. Its models come back with it.</source>
        <translation>ليس في مكانه الآن، وتعود نماذجه حين يعود.</translation>
    </message>
    <message>
        <source>Stop looking there</source>
        <translation>لا تبحث فيه بعد الآن</translation>
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
        <source>There is no folder of yours yet.</source>
        <translation>لم تضف مجلدًا بعد.</translation>
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
        <source>Samar’s own file, nothing left out…</source>
        <translation>ملف سمر، بلا نقصان…</translation>
    </message>
    <message>
        <source>For training: ChatML JSON lines…</source>
        <translation>للتدريب: أسطر JSON بصيغة ChatML…</translation>
    </message>
    <message>
        <source>For training: ShareGPT JSON lines…</source>
        <translation>للتدريب: أسطر JSON بصيغة ShareGPT…</translation>
    </message>
    <message>
        <source>Export this reply</source>
        <translation>صدّر هذا الردّ</translation>
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
        <source>using the network</source>
        <translation>استعمال الشبكة</translation>
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
        <source>The engine is confined when it starts. Once it has, this says what it is kept from.</source>
        <translation>يُحصَر المحرّك حين يبدأ، وبعد ذلك يُذكر هنا ما يُمنع منه.</translation>
    </message>
    <message>
        <source>Nothing, should a model file attack its reader: the engine reads the model and writes its own cache. The system keeps it from other files, from the network, from starting programs and from other programs’ memory.</source>
        <translation>لا شيء، وإن هاجم ملفُ النموذج قارئَه: يقرأ المحرّك النموذج ويكتب ذاكرته المؤقتة، ويمنعه النظام من الملفات الأخرى ومن الشبكة ومن تشغيل البرامج ومن ذاكرة البرامج الأخرى.</translation>
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
        <source>That takes a Linux kernel with Landlock switched on (5.13 or later).</source>
        <translation>يلزم لذلك نواة لينكس فيها Landlock مفعّلًا (‎5.13‎ أو أحدث).</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>نُسخ</translation>
    </message>
    <message>
        <source>Asking the release page…</source>
        <translation>يسأل سمر صفحة الإصدارات…</translation>
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
        <source>Version {version} is being fetched and checked…</source>
        <translation>يُنزَّل الإصدار {version} ويُفحص…</translation>
    </message>
    <message>
        <source>Version {version} is here and its signature is right.</source>
        <translation>الإصدار {version} هنا وتوقيعه صحيح.</translation>
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
        <source>Allow the network</source>
        <translation>اسمح بالشبكة</translation>
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
        <source>A new version is taken only when it is signed by the makers of Samar, and you install it yourself.</source>
        <translation>لا يُقبل إصدار جديد ما لم يوقّعه صانعو سمر، وأنت من يثبّته.</translation>
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
        <source>A report holds versions, settings and the log, and no text of your chats. You read it first; nothing is sent.</source>
        <translation>في التقرير الإصدارات والإعدادات وسجلّ الأحداث، وليس فيه شيء من نصّ محادثاتك. تقرؤه أنت أولًا، ولا يُرسَل شيء.</translation>
    </message>
    <message>
        <source>Report a problem…</source>
        <translation>أبلغ عن مشكلة…</translation>
    </message>
    <message>
        <source>Open the log’s folder</source>
        <translation>افتح مجلد سجلّ الأحداث</translation>
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
        <source>A token of your account on the Hub. It is kept in this computer&apos;s keyring; empty takes it out.</source>
        <translation>رمز دخول من حسابك في Hugging Face. يُحفظ في حافظة مفاتيح هذا الحاسوب، وتركه فارغًا يمحوه.</translation>
    </message>
    <message>
        <source>Repository</source>
        <translation>الصفحة</translation>
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
        <source>access must be asked for</source>
        <translation>يلزم طلب الإذن</translation>
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
        <source>There is no GGUF file in this repository.</source>
        <translation>لا ملف GGUF في هذه الصفحة.</translation>
    </message>
    <message>
        <source>Asking for its files…</source>
        <translation>جارٍ السؤال عن ملفاته…</translation>
    </message>
    <message>
        <source>not said</source>
        <translation>غير مذكورة</translation>
    </message>
    <message>
        <source>Licence: {licence}. Whether it fits is estimated from the size.</source>
        <translation>الرخصة: {licence}. والملاءمة مقدَّرة من الحجم.</translation>
    </message>
    <message>
        <source>Access must be asked for on its page.</source>
        <translation>يُطلب الإذن في صفحته.</translation>
    </message>
    <message>
        <source>It sees images.</source>
        <translation>يرى الصور.</translation>
    </message>
    <message>
        <source>Choose a repository to see its files.</source>
        <translation>اختر صفحة لترى ملفاتها.</translation>
    </message>
    <message>
        <source>Search the Hugging Face Hub</source>
        <translation>ابحث في Hugging Face</translation>
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
        <source>Its page</source>
        <translation>صفحته</translation>
    </message>
    <message>
        <source>Repositories</source>
        <translation>الصفحات</translation>
    </message>
    <message>
        <source>Files of the repository</source>
        <translation>ملفات الصفحة</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>احفظ</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
    </message>
</context>
<context>
    <name>ImageKeeper</name>
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
        <source>Models that see…</source>
        <translation>نماذج ترى الصور…</translation>
    </message>
    <message>
        <source>Image copied</source>
        <translation>نُسخت الصورة</translation>
    </message>
</context>
<context>
    <name>ImageNotice</name>
    <message numerus="yes">
        <source>{name} can&apos;t see images: %n image(s) of this chat will be left out.</source>
        <translation>
            <numerusform>لا يرى {name} الصور: لا صور ستُترك.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك صورة واحدة من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك صورتان من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك %n صور من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك %n صورة من هذه المحادثة.</numerusform>
            <numerusform>لا يرى {name} الصور: ستُترك %n صورة من هذه المحادثة.</numerusform>
        </translation>
    </message>
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
    <message>
        <source>Models that see…</source>
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
        <source>This link leads out of Samar, to:</source>
        <translation>يقود هذا الرابط إلى خارج سمر، إلى:</translation>
    </message>
    <message>
        <source>Samar does not open links of this kind.</source>
        <translation>لا يفتح سمر روابط من هذا النوع.</translation>
    </message>
    <message>
        <source>What stands before the @ is a name, not the place it leads to.</source>
        <translation>ما قبل علامة @ اسم، لا المكان الذي يقود إليه الرابط.</translation>
    </message>
    <message>
        <source>Written with other letters: {host}</source>
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
        <source>Looking…</source>
        <translation>جارٍ البحث في هذا الحاسوب…</translation>
    </message>
    <message>
        <source>{free} of {total} memory are free now.</source>
        <translation>المتاح من الذاكرة الآن {free} من {total}.</translation>
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
        <source>Can&apos;t be used</source>
        <translation>لا يصلح للاستعمال</translation>
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
        <source>Verify</source>
        <translation>تحقّق</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>النماذج على هذا الحاسوب</translation>
    </message>
    <message>
        <source>Search in the list</source>
        <translation>ابحث في القائمة</translation>
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
        <source>A temporary chat: never written to disk, gone when you leave it</source>
        <translation>محادثة مؤقتة: لا تُكتب على القرص أبدًا، وتزول حين تغادرها</translation>
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
        <source>Actions of your message</source>
        <translation>أفعال رسالتك</translation>
    </message>
    <message>
        <source>Actions of the reply</source>
        <translation>أفعال الردّ</translation>
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
    <name>ModelController</name>
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
    <message numerus="yes">
        <source>The context is %n token(s), as much as the free memory holds.</source>
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
    <message>
        <source>Samar Starter</source>
        <translation>نموذج سمر المبدئي</translation>
    </message>
    <message>
        <source>This model&apos;s chat template does not work: answers may be odd.</source>
        <translation>قالب محادثة هذا النموذج لا يعمل: قد تكون الأجوبة غريبة.</translation>
    </message>
    <message>
        <source>This model has no chat template: answers may be odd.</source>
        <translation>ليس مع هذا النموذج قالب محادثة: قد تكون الأجوبة غريبة.</translation>
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
        <source>weights {size}</source>
        <translation>الأوزان {size}</translation>
    </message>
    <message>
        <source>context {size}</source>
        <translation>السياق {size}</translation>
    </message>
    <message>
        <source>working room {size}</source>
        <translation>حيّز العمل {size}</translation>
    </message>
    <message>
        <source>files beside it {size}</source>
        <translation>ملفات معه {size}</translation>
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
        <source>All that the model can: {tokens}</source>
        <translation>أقصى ما يتسع له النموذج: {tokens}</translation>
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
        <source>The engine of this computer uses the processor only.</source>
        <translation>محرّك هذا الحاسوب يعمل على المعالج وحده.</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>السياق</translation>
    </message>
    <message>
        <source>What the model can keep in view, at most {tokens} tokens. More takes more memory.</source>
        <translation>ما يستطيع النموذج إبقاءه أمامه، حتى {tokens} رمزًا. وكلما زاد أخذ ذاكرة أكثر.</translation>
    </message>
    <message>
        <source>Memory of the context</source>
        <translation>ذاكرة السياق</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>خيوط المعالجة</translation>
    </message>
    <message>
        <source>Automatic follows the settings and leaves other programs room.</source>
        <translation>التلقائي يتبع الإعدادات ويترك متّسعًا للبرامج الأخرى.</translation>
    </message>
    <message>
        <source>Layers on the GPU</source>
        <translation>الطبقات على معالج الرسوم</translation>
    </message>
    <message>
        <source>Automatic puts all of them there when the model fits; 0 uses the processor only.</source>
        <translation>التلقائي يضعها كلها هناك إن اتّسع المكان، والصفر يكتفي بالمعالج.</translation>
    </message>
    <message>
        <source>Flash attention</source>
        <translation>الانتباه السريع</translation>
    </message>
    <message>
        <source>Long chats are read faster and take less memory. On the processor, replies behind thousands of tokens come faster without it.</source>
        <translation>تُقرأ المحادثات الطويلة به أسرع وتأخذ ذاكرة أقل. أما على المعالج فتأتي الردود بعد آلاف الرموز أسرع من دونه.</translation>
    </message>
    <message>
        <source>Read weights from the file</source>
        <translation>قراءة الأوزان من الملف</translation>
    </message>
    <message>
        <source>Mapped weights load faster, and other programs can have their memory. Copied, they stay in memory.</source>
        <translation>الأوزان المربوطة بالملف تُحمّل أسرع، ويمكن لغير سمر أن يأخذ ذاكرتها. أما المنسوخة فتبقى في الذاكرة.</translation>
    </message>
    <message>
        <source>Keep in memory</source>
        <translation>الإبقاء في الذاكرة</translation>
    </message>
    <message>
        <source>The system never swaps the weights out, if it allows that: the first reply after a pause is fast.</source>
        <translation>لا يُخرج النظام الأوزان من الذاكرة، إن سمح بذلك، فيأتي أول ردّ بعد انقطاع سريعًا.</translation>
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
        <source>A smaller type makes room for a longer context, but the processor reads long chats at half the speed. Q8_0 is hardly ever noticed in replies; Q4_0 costs quality.</source>
        <translation>النوع الأصغر يفسح مجالًا لسياق أطول، لكنّ المعالج يقرأ المحادثات الطويلة بنصف السرعة. يكاد Q8_0 لا يُلحظ في الردود؛ أمّا Q4_0 فينقص الجودة.</translation>
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
        <source>Mapped</source>
        <translation>مربوطة</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>منسوخة</translation>
    </message>
    <message>
        <source>As the system decides</source>
        <translation>كما يقرّر النظام</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>دائمًا</translation>
    </message>
    <message>
        <source>Back to the defaults</source>
        <translation>أعد القيم الأصلية</translation>
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
        <source>Small additions that teach this model something. 1 is as trained; 0 is without effect.</source>
        <translation>إضافات صغيرة تعلّم هذا النموذج شيئًا. ‏1 كما دُرِّبت، و0 بلا أثر.</translation>
    </message>
    <message>
        <source>A much smaller model of the same family that writes ahead. Replies stay the same and come faster.</source>
        <translation>نموذج أصغر بكثير من العائلة نفسها يكتب مسبقًا. تبقى الردود كما هي وتأتي أسرع.</translation>
    </message>
    <message>
        <source>Projector</source>
        <translation>المُسقِط</translation>
    </message>
    <message>
        <source>The file (mmproj) with which this model sees images. One beside the model is found by its name.</source>
        <translation>الملف (mmproj) الذي يرى به هذا النموذج الصور. وما كان بجوار النموذج يُعرف من اسمه.</translation>
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
        <source>For chats that don’t choose it themselves. Off, answers begin at once; on, hard questions go better.</source>
        <translation>للمحادثات التي لم تختر بنفسها. إن عُطّل بدأ الجواب فورًا، وإن فُعّل تحسّنت أجوبة الأسئلة الصعبة.</translation>
    </message>
    <message>
        <source>The model’s own</source>
        <translation>كعادة النموذج</translation>
    </message>
    <message>
        <source>This model can’t be told whether to think.</source>
        <translation>لا يمكن أن يُطلب من هذا النموذج أن يفكر أو ألّا يفكر.</translation>
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
        <source>On the Hub</source>
        <translation>على Hugging Face</translation>
    </message>
    <message>
        <source>Which models</source>
        <translation>أي النماذج</translation>
    </message>
</context>
<context>
    <name>ModelsRoom</name>
    <message>
        <source>The token is kept in this computer&apos;s keyring.</source>
        <translation>حُفظ رمز الدخول في حافظة مفاتيح هذا الحاسوب.</translation>
    </message>
    <message>
        <source>Asking {host}…</source>
        <translation>يُسأل {host}…</translation>
    </message>
    <message>
        <source>Allow the network?</source>
        <translation>هل تسمح بالشبكة؟</translation>
    </message>
    <message>
        <source>The plan for {repo} comes up in Samar&apos;s main window: how large it is, and what it becomes.</source>
        <translation>تظهر خطة {repo} في نافذة سمر الرئيسية: كم حجمه، وماذا يصير.</translation>
    </message>
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
        <source>{name} is off the list; its file stays.</source>
        <translation>أُزيل {name} من القائمة، وملفه باقٍ.</translation>
    </message>
    <message>
        <source>Reading {name}… {done} of {whole}</source>
        <translation>جارٍ قراءة {name}… {done} من {whole}</translation>
    </message>
    <message>
        <source>{name} is whole: its checksum is right.</source>
        <translation>{name} سليم: مجموع التحقق صحيح.</translation>
    </message>
    <message>
        <source>The headers of {name} are right; nobody promised a checksum.</source>
        <translation>ترويسات {name} صحيحة، ولا مجموع تحقق معروف له.</translation>
    </message>
    <message>
        <source>{name} is here and whole.</source>
        <translation>وصل {name} كاملًا.</translation>
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
</context>
<context>
    <name>NetworkOff</name>
    <message>
        <source>Samar does not use the network.</source>
        <translation>لا يستعمل سمر الشبكة.</translation>
    </message>
    <message>
        <source>Searching and downloading ask {host} and nobody else, and only when you do. Nothing about you or your chats is sent. You can forbid it again in the settings.</source>
        <translation>البحث والتنزيل يسألان {host} ولا أحد غيره، وحين تطلب أنت فقط. لا يُرسل شيء عنك ولا عن محادثاتك. ويمكنك منعه ثانيةً من الإعدادات.</translation>
    </message>
    <message>
        <source>Allow the network</source>
        <translation>اسمح بالشبكة</translation>
    </message>
</context>
<context>
    <name>Organizer</name>
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
        <translation>يناسب هذا الحاسوب</translation>
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
        <translation>يُقرأ</translation>
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
        <translation>متوقفة</translation>
    </message>
    <message>
        <source>On</source>
        <translation>مفعّلة</translation>
    </message>
    <message>
        <source>How sure the model was of each token of the next replies, and what else it might have written.</source>
        <translation>مدى ثقة النموذج بكل رمز من الردود القادمة، وما كان يمكن أن يكتبه بدلًا منه.</translation>
    </message>
</context>
<context>
    <name>PromptController</name>
    <message>
        <source>“{name}” holds in this chat</source>
        <translation>«{name}» سارية في هذه المحادثة</translation>
    </message>
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
        <source>Star: list it first</source>
        <translation>ميّزها بنجمة لتتصدّر القائمة</translation>
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
        <source>Slash command</source>
        <translation>أمر الشرطة المائلة</translation>
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
        <source>Filled in when it is used: {date} today’s date, {time} the time, {language} the language of the interface, {user} you.</source>
        <translation>تُملأ عند الاستعمال: {date} تاريخ اليوم، {time} الساعة، {language} لغة الواجهة، {user} أنت.</translation>
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
        <source>No prompts yet. A prompt tells a model how to answer; one that you keep here is at hand in every chat.</source>
        <translation>لا تعليمات بعد. التعليمات تقول للنموذج كيف يجيب، وما تحفظه هنا تجده في كل محادثة.</translation>
    </message>
    <message>
        <source>Prompt deleted</source>
        <translation>حُذفت التعليمات</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>تراجع</translation>
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
        <translation>قالب</translation>
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
        <source>Saved as {name}. Send it to whom you like.</source>
        <translation>حُفظ باسم {name}. أرسله إلى من تشاء.</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>نُسخ</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>احفظ التقرير</translation>
    </message>
    <message>
        <source>Archives (*.zip)</source>
        <translation>ملفات مضغوطة (*.zip)</translation>
    </message>
    <message>
        <source>Report a problem</source>
        <translation>أبلغ عن مشكلة</translation>
    </message>
    <message>
        <source>Read what the report would hold</source>
        <translation>اقرأ ما سيكون في التقرير</translation>
    </message>
    <message>
        <source>Nothing is sent. No text of your chats is in it. Leave out what you don’t want to give away.</source>
        <translation>لا يُرسَل شيء، وليس فيه شيء من نصّ محادثاتك. استبعد ما لا تريد أن يراه غيرك.</translation>
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
        <source>A temporary chat is stored nowhere: copy what you want to keep.</source>
        <translation>المحادثة المؤقتة لا تُحفظ في أي مكان: انسخ ما تريد الاحتفاظ به.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
    </message>
    <message>
        <source>Samar can’t start</source>
        <translation>تعذّر تشغيل سمر</translation>
    </message>
</context>
<context>
    <name>Sampling</name>
    <message>
        <source>Preset</source>
        <translation>الأسلوب</translation>
    </message>
    <message>
        <source>Ways to write that go by a name; you can save your own.</source>
        <translation>أساليب كتابة لها أسماء، ولك أن تحفظ أساليبك.</translation>
    </message>
    <message>
        <source>Low: precise, much the same each time. High: freer, more surprising.</source>
        <translation>منخفض: دقيق ومتشابه كل مرة. مرتفع: أكثر حرية ومفاجأة.</translation>
    </message>
    <message>
        <source>Longest reply</source>
        <translation>أطول ردّ</translation>
    </message>
    <message>
        <source>In tokens. Automatic: until the model has finished.</source>
        <translation>بالرموز. تلقائي: حتى يُتمّ النموذج كلامه.</translation>
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
        <source>Choose among this many of the likeliest tokens.</source>
        <translation>الاختيار من هذا العدد من الرموز الأرجح.</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Choose among the likeliest tokens that together reach this share. 1 switches it off.</source>
        <translation>الاختيار من أرجح الرموز التي يبلغ مجموعها هذه النسبة. القيمة 1 تعطّله.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Leave out tokens less likely than this share of the likeliest. 0 switches it off.</source>
        <translation>استبعاد الرموز الأقل احتمالًا من هذه النسبة من الأرجح. القيمة 0 تعطّله.</translation>
    </message>
    <message>
        <source>Typical-p</source>
        <translation>Typical-p</translation>
    </message>
    <message>
        <source>Prefer tokens that surprise as much as is usual here. 1 switches it off.</source>
        <translation>تفضيل الرموز التي تفاجئ بالقدر المعتاد في موضعها. القيمة 1 تعطّله.</translation>
    </message>
    <message>
        <source>Top-nσ</source>
        <translation>Top-nσ</translation>
    </message>
    <message>
        <source>Keep tokens within so many standard deviations of the best one.</source>
        <translation>إبقاء الرموز التي لا تبعد عن الأفضل أكثر من هذا العدد من الانحرافات المعيارية.</translation>
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
        <source>The penalties look at so many tokens.</source>
        <translation>تنظر العقوبات في هذا العدد من الرموز السابقة.</translation>
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
        <source>How steeply the penalty grows with the phrase.</source>
        <translation>سرعة ازدياد العقوبة مع طول العبارة.</translation>
    </message>
    <message>
        <source>DRY free length</source>
        <translation>الطول المسموح في DRY</translation>
    </message>
    <message>
        <source>Repeated phrases of up to so many tokens go free.</source>
        <translation>لا عقوبة على عبارة مكررة لا تزيد على هذا العدد من الرموز.</translation>
    </message>
    <message>
        <source>DRY range</source>
        <translation>مدى DRY</translation>
    </message>
    <message>
        <source>Looks for phrases in so many tokens.</source>
        <translation>يبحث عن العبارات في هذا العدد من الرموز.</translation>
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
        <source>How often the likeliest tokens are passed over, for less worn words.</source>
        <translation>كم مرة تُتجاوز الرموز الأرجح طلبًا لكلمات أقل ابتذالًا.</translation>
    </message>
    <message>
        <source>XTC threshold</source>
        <translation>عتبة XTC</translation>
    </message>
    <message>
        <source>Only tokens at least this likely can be passed over.</source>
        <translation>لا يُتجاوز إلا ما بلغ احتماله هذه القيمة.</translation>
    </message>
    <message>
        <source>Temperature range</source>
        <translation>مدى الحرارة</translation>
    </message>
    <message>
        <source>Lets creativity move so far up and down with how sure the model is.</source>
        <translation>يسمح للإبداع بأن يزيد وينقص بهذا القدر تبعًا لثقة النموذج.</translation>
    </message>
    <message>
        <source>Temperature curve</source>
        <translation>منحنى الحرارة</translation>
    </message>
    <message>
        <source>How quickly it moves.</source>
        <translation>سرعة تغيّرها.</translation>
    </message>
    <message>
        <source>Adaptive-p target</source>
        <translation>هدف Adaptive-p</translation>
    </message>
    <message>
        <source>Prefer tokens about this likely.</source>
        <translation>تفضيل الرموز القريبة من هذا الاحتمال.</translation>
    </message>
    <message>
        <source>Adaptive-p memory</source>
        <translation>ذاكرة Adaptive-p</translation>
    </message>
    <message>
        <source>How long earlier choices count.</source>
        <translation>كم تؤثر الاختيارات السابقة.</translation>
    </message>
    <message>
        <source>Mirostat</source>
        <translation>Mirostat</translation>
    </message>
    <message>
        <source>Version 1 or 2 keeps surprise even over a long text, in the place of top-k, top-p and their like.</source>
        <translation>الإصدار 1 أو 2 يُبقي المفاجأة على قدر واحد في النص الطويل، بدلًا من top-k وtop-p وأمثالهما.</translation>
    </message>
    <message>
        <source>Mirostat target</source>
        <translation>هدف Mirostat</translation>
    </message>
    <message>
        <source>The surprise to keep: lower is calmer.</source>
        <translation>قدر المفاجأة المطلوب: الأقل أهدأ.</translation>
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
        <source>More settings</source>
        <translation>إعدادات أخرى</translation>
    </message>
    <message>
        <source>Back to the model&apos;s own defaults</source>
        <translation>عُد إلى ما ضبطه صانعوه</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>كما ضبطه صانعوه</translation>
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
        <source>Save as a preset…</source>
        <translation>احفظ أسلوبًا…</translation>
    </message>
    <message>
        <source>Remove a preset</source>
        <translation>أزل أسلوبًا</translation>
    </message>
    <message>
        <source>Save as a preset</source>
        <translation>حفظ أسلوب</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>اسم الأسلوب</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>احفظ</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>ألغِ</translation>
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
        <source>For new chats. Each chat can have its own, in its panel.</source>
        <translation>للمحادثات الجديدة. ولكل محادثة أن تكون لها تعليماتها، في لوحتها.</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>اسمك</translation>
    </message>
    <message>
        <source>Stands in the place of {user} in a system prompt; nobody else gets it.</source>
        <translation>يحلّ محلّ {user} في التعليمات الدائمة، ولا يصل إلى أحد غيرك.</translation>
    </message>
    <message>
        <source>How replies are written</source>
        <translation>كيف تُكتب الردود</translation>
    </message>
    <message>
        <source>Models that bring their own values keep them until you change something here.</source>
        <translation>النماذج التي تحمل قيمها تحتفظ بها حتى تغيّر شيئًا هنا.</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>السياق</translation>
    </message>
    <message>
        <source>What the model can keep in view. More takes more memory; Samar lowers it, and says so, when it does not fit.</source>
        <translation>ما يستطيع النموذج إبقاءه أمامه. الأكبر يأخذ ذاكرة أكثر، وإن لم تتّسع له خفضه سمر وأخبرك.</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>خيوط المعالجة</translation>
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
        <translation>استيراد</translation>
    </message>
    <message>
        <source>Samar’s own JSON, and what ChatGPT, Open WebUI and Jan export. Chats that are here stay as they are.</source>
        <translation>صيغة سمر نفسها (JSON)، وما يُصدّره ChatGPT وOpen WebUI وJan. وما هنا من محادثات يبقى كما هو.</translation>
    </message>
    <message>
        <source>Everything stays on this computer</source>
        <translation>كل شيء يبقى على هذا الحاسوب</translation>
    </message>
    <message>
        <source>No account, no tracking. Samar connects to nothing unless you ask it to.</source>
        <translation>لا حساب ولا تتبّع. لا يتصل سمر بشيء إلا إذا طلبت.</translation>
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
        <source>Never use the network</source>
        <translation>لا تستعمل الشبكة أبدًا</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>الشبكة</translation>
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
        <source>What the model has read stays on this disk, so that it answers at once. It holds your chats in the model’s own form; it is erased with them, and never written for temporary chats.</source>
        <translation>يبقى ما قرأه النموذج على هذا القرص ليجيب فورًا. وهو يحمل محادثاتك بصيغة النموذج، ويُمحى معها، ولا يُكتب للمحادثات المؤقتة أبدًا.</translation>
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
        <source>“Recently deleted”, in the menu beside the search field, holds them until then. Only days on which Samar is open count.</source>
        <translation>تبقى حتى ذلك الحين في «المحذوفة حديثًا»، في القائمة بجانب حقل البحث. لا تُحسب إلا الأيام التي يُفتح فيها سمر.</translation>
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
        <source>How long a reply took and how many tokens it has. Its menu “More” tells it in any case.</source>
        <translation>كم استغرق الردّ وكم رمزًا فيه. وقائمة «المزيد» تحت كل ردّ تقول ذلك في كل حال.</translation>
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
        <source>Word, PDF, printed pages, web pages and Markdown hold the conversation alone, or also instructions, names of models and what these thought.</source>
        <translation>ملفات Word وPDF والصفحات المطبوعة وصفحات الويب وMarkdown تضم المحادثة وحدها، أو معها التعليمات وأسماء النماذج وتفكيرها.</translation>
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
        <source>What exports hold</source>
        <translation>ما تضمه الملفات المصدَّرة</translation>
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
        <source>Nothing of this chat is written to disk; it is gone when you leave it or close Samar.</source>
        <translation>لا يُكتب شيء من هذه المحادثة على القرص، وتزول حين تغادرها أو تغلق سمر.</translation>
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
        <source>This model can’t be told whether to think. “Answer now” ends its thinking.</source>
        <translation>لا يمكن أن يُطلب من هذا النموذج أن يفكر أو ألّا يفكر. زر «أجب الآن» ينهي تفكيره.</translation>
    </message>
    <message>
        <source>Thinking helps with hard questions, and takes time on every one.</source>
        <translation>التفكير يعين في الأسئلة الصعبة، ويأخذ وقتًا في كل سؤال.</translation>
    </message>
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
        <source>Model’s own</source>
        <translation>كعادته</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>معطّل</translation>
    </message>
    <message>
        <source>On</source>
        <translation>مفعّل</translation>
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
        <source>The more a token glows, the less sure the model was of it. Point at one, or use the arrow keys.</source>
        <translation>كلما توهّج الرمز أكثر قلّت ثقة النموذج به. أشر إلى رمز، أو استعمل مفاتيح الأسهم.</translation>
    </message>
    <message>
        <source>The reply by its tokens</source>
        <translation>الردّ برموزه</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>أغلق</translation>
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
        <source>Ended at the length that is set for replies.</source>
        <translation>انتهى عند بلوغ الطول المحدَّد للردود.</translation>
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
        <source>The model ended its reply without writing anything.</source>
        <translation>أنهى النموذج ردّه من غير أن يكتب شيئًا.</translation>
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
        <source>Import the chats of Jan’s folder</source>
        <translation>استيراد محادثات مجلد Jan</translation>
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
</context>
<context>
    <name>Undo</name>
    <message>
        <source>Undo</source>
        <translation>تراجع</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>Choose another model, or put the file back.</source>
        <translation>اختر نموذجًا آخر، أو أعد الملف إلى مكانه.</translation>
    </message>
    <message>
        <source>The model file {name} can&apos;t be read: {reason}.</source>
        <translation>تتعذّر قراءة ملف النموذج {name}: {reason}.</translation>
    </message>
    <message>
        <source>Check the file&apos;s permissions, or choose another model.</source>
        <translation>تحقّق من أذون الملف، أو اختر نموذجًا آخر.</translation>
    </message>
    <message>
        <source>{name} is not a GGUF model file.</source>
        <translation>{name} ليس ملف نموذج بصيغة GGUF.</translation>
    </message>
    <message>
        <source>Choose a file that ends in .gguf and was downloaded whole.</source>
        <translation>اختر ملفًا ينتهي اسمه بـ ‎.gguf‎ ونُزّل كاملًا.</translation>
    </message>
    <message>
        <source>The model file {name} is damaged or cut short: {reason}.</source>
        <translation>ملف النموذج {name} تالف أو ناقص: {reason}.</translation>
    </message>
    <message>
        <source>Download the file again.</source>
        <translation>نزّل الملف من جديد.</translation>
    </message>
    <message>
        <source>{name} has the architecture “{architecture}”, which this version can&apos;t run.</source>
        <translation>بنية {name} هي «{architecture}»، ولا يستطيع هذا الإصدار تشغيلها.</translation>
    </message>
    <message>
        <source>Choose another model, or update Samar.</source>
        <translation>اختر نموذجًا آخر، أو حدّث سمر.</translation>
    </message>
    <message>
        <source>{name} is not a model to chat with ({kind}).</source>
        <translation>ليس {name} نموذجًا للمحادثة ({kind}).</translation>
    </message>
    <message>
        <source>Choose a language model.</source>
        <translation>اختر نموذجًا لغويًّا.</translation>
    </message>
    <message>
        <source>{name} is one part of a model, and the part {part} is not beside it.</source>
        <translation>{name} جزء من نموذج، والجزء {part} ليس بجانبه.</translation>
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
        <source>{name} ended the engine the last time it was loaded, so it was not loaded again.</source>
        <translation>أنهى {name} المحرّك حين حُمّل آخر مرة، فلم يُحمَّل ثانية.</translation>
    </message>
    <message>
        <source>Choose another model, or load this one again from the model picker.</source>
        <translation>اختر نموذجًا آخر، أو حمّل هذا من جديد من قائمة النماذج.</translation>
    </message>
    <message>
        <source>{name} needs about {needed} of memory and {free} are free.</source>
        <translation>يحتاج {name} إلى نحو {needed} من الذاكرة، والمتاح منها {free}.</translation>
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
        <source>Choose one in the model picker.</source>
        <translation>اختر نموذجًا من قائمة النماذج.</translation>
    </message>
    <message>
        <source>The engine ended unexpectedly ({reason}). What was written is kept.</source>
        <translation>توقّف المحرّك فجأة ({reason}). ما كُتب محفوظ.</translation>
    </message>
    <message>
        <source>Send again: the engine starts anew.</source>
        <translation>أرسل من جديد: يبدأ المحرّك مرة أخرى.</translation>
    </message>
    <message>
        <source>The engine was compiled for another processor. What was written is kept.</source>
        <translation>بُني المحرّك لمعالج آخر. ما كُتب محفوظ.</translation>
    </message>
    <message>
        <source>Install Samar anew on this computer; for a checkout, remove its folder .venv.</source>
        <translation>ثبّت سمر من جديد على هذا الحاسوب؛ أما نسخة المصدر فاحذف منها المجلد ‎.venv‎.</translation>
    </message>
    <message>
        <source>The engine could not go on: {reason}.</source>
        <translation>تعذّر على المحرّك أن يكمل: {reason}.</translation>
    </message>
    <message>
        <source>Try again, or load the model anew.</source>
        <translation>حاول من جديد، أو أعد تحميل النموذج.</translation>
    </message>
    <message>
        <source>The engine could not be started: {reason}.</source>
        <translation>تعذّر تشغيل المحرّك: {reason}.</translation>
    </message>
    <message>
        <source>Start Samar again; if that doesn&apos;t help, install it again.</source>
        <translation>شغّل سمر من جديد، وإن بقي الحال فأعد تثبيته.</translation>
    </message>
    <message>
        <source>The engine did not answer and was ended.</source>
        <translation>لم يستجب المحرّك فأُنهي.</translation>
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
        <source>The grammar of the reply can&apos;t be read: {reason}.</source>
        <translation>تتعذّر قراءة قالب الردّ: {reason}.</translation>
    </message>
    <message>
        <source>Correct it, or send without one.</source>
        <translation>صحّحها، أو أرسل من دونها.</translation>
    </message>
    <message>
        <source>Choose a PNG, JPEG, GIF or BMP file; in the window WebP as well.</source>
        <translation>اختر ملف PNG أو JPEG أو GIF أو BMP، وفي النافذة WebP أيضًا.</translation>
    </message>
    <message>
        <source>One message takes at most {limit} images.</source>
        <translation>تتّسع الرسالة الواحدة لـ {limit} صور على الأكثر.</translation>
    </message>
    <message>
        <source>Send these first, then the others.</source>
        <translation>أرسل هذه أولًا، ثم الباقي.</translation>
    </message>
    <message>
        <source>At most {limit} files are opened at once; {count} were given.</source>
        <translation>لا يُفتح أكثر من {limit} ملف في المرة الواحدة، والمعطى {count}.</translation>
    </message>
    <message>
        <source>The first ones were taken. For many files, open their folder instead.</source>
        <translation>فُتح أولها. إن كانت الملفات كثيرة فافتح مجلدها بدلًا منها.</translation>
    </message>
    <message>
        <source>This model was taught no tools.</source>
        <translation>لم يُعلَّم هذا النموذج استعمال الأدوات.</translation>
    </message>
    <message>
        <source>Choose a model whose chat template knows tools, or ask without them.</source>
        <translation>اختر نموذجًا يعرف قالب محادثته الأدوات، أو اسأل من دونها.</translation>
    </message>
    <message>
        <source>The list of tools can&apos;t be read: {reason}.</source>
        <translation>لا يمكن قراءة قائمة الأدوات: {reason}.</translation>
    </message>
    <message>
        <source>Correct it: a JSON list of tools, each an object.</source>
        <translation>صحّحها: قائمة JSON من الأدوات، كل منها كائن.</translation>
    </message>
    <message>
        <source>The message is longer than the model&apos;s context: {tokens} of {context} tokens.</source>
        <translation>الرسالة أطول من سياق النموذج: عدد رموزها {tokens} والسياق {context}.</translation>
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
        <source>Nothing was changed; the folder is as it was.</source>
        <translation>لم يتغيّر شيء؛ المجلد كما كان.</translation>
    </message>
    <message>
        <source>Another folder is being converted.</source>
        <translation>يُحوَّل مجلد آخر الآن.</translation>
    </message>
    <message>
        <source>Wait for it, or cancel it first.</source>
        <translation>انتظر حتى ينتهي، أو ألغه أولًا.</translation>
    </message>
    <message>
        <source>The disk is full, so nothing could be saved.</source>
        <translation>امتلأ القرص فلم يُحفظ شيء.</translation>
    </message>
    <message>
        <source>Free some space and send again.</source>
        <translation>أفرغ بعض المساحة ثم أرسل من جديد.</translation>
    </message>
    <message>
        <source>Samar can&apos;t write to its data folder {folder}.</source>
        <translation>لا يستطيع سمر الكتابة في مجلد بياناته {folder}.</translation>
    </message>
    <message>
        <source>Give yourself the right to write there, or start Samar with --data-dir.</source>
        <translation>امنح نفسك إذن الكتابة فيه، أو شغّل سمر مع ‎--data-dir‎.</translation>
    </message>
    <message>
        <source>The history was damaged. It was set aside as {aside}; the backup of {date} is open.</source>
        <translation>كان سجلّ المحادثات تالفًا. حُفظ جانبًا باسم {aside}، وفُتحت النسخة الاحتياطية بتاريخ {date}.</translation>
    </message>
    <message>
        <source>Chats since then are in the file that was set aside.</source>
        <translation>المحادثات التي بعدها في الملف المحفوظ جانبًا.</translation>
    </message>
    <message>
        <source>The history was damaged and there was no backup. It was set aside as {aside}.</source>
        <translation>كان سجلّ المحادثات تالفًا ولا نسخة احتياطية له. حُفظ جانبًا باسم {aside}.</translation>
    </message>
    <message>
        <source>Samar goes on with an empty history.</source>
        <translation>يتابع سمر بسجلّ فارغ.</translation>
    </message>
    <message>
        <source>The history was damaged. The backup of {date} is open, with {count} newer messages that could be saved.</source>
        <translation>كان سجلّ المحادثات تالفًا. فُتحت النسخة الاحتياطية بتاريخ {date}، ومعها ما أمكن إنقاذه من الرسائل الأحدث: {count}.</translation>
    </message>
    <message>
        <source>The history was damaged and there was no backup. {count} messages could be saved from it.</source>
        <translation>كان سجلّ المحادثات تالفًا ولا نسخة احتياطية له. عدد ما أُنقذ من رسائله: {count}.</translation>
    </message>
    <message>
        <source>The data folder {folder} was taken away while Samar ran. All chats were written there anew.</source>
        <translation>أُزيل مجلد البيانات {folder} وسمر يعمل. كُتبت فيه كل المحادثات من جديد.</translation>
    </message>
    <message>
        <source>If it is on another disk, close Samar before you plug that in again.</source>
        <translation>إن كان على قرص آخر فأغلق سمر قبل أن تصل ذلك القرص من جديد.</translation>
    </message>
    <message>
        <source>The history file in {folder} was taken away or replaced while Samar ran. What is open is kept as {path}.</source>
        <translation>أُزيل ملف سجلّ المحادثات في {folder} أو استُبدل وسمر يعمل. حُفظ المفتوح منه باسم {path}.</translation>
    </message>
    <message>
        <source>To have these chats the next time, close Samar and put that file into {folder} as history.sqlite3.</source>
        <translation>لتجد هذه المحادثات المرة القادمة أغلق سمر وضع ذلك الملف في {folder} باسم history.sqlite3.</translation>
    </message>
    <message>
        <source>The history file in {folder} was taken away while Samar ran, and can&apos;t be written elsewhere.</source>
        <translation>أُزيل ملف سجلّ المحادثات في {folder} وسمر يعمل، وتتعذّر كتابته في مكان آخر.</translation>
    </message>
    <message>
        <source>Put the folder back, or export your chats now: what is not there is lost when Samar is closed.</source>
        <translation>أعد المجلد إلى مكانه أو صدّر محادثاتك الآن: فما ليس فيه يضيع عند إغلاق سمر.</translation>
    </message>
    <message>
        <source>The data folder {folder} can be written to again: chats are stored there.</source>
        <translation>صارت الكتابة في مجلد البيانات {folder} ممكنة من جديد، والمحادثات تُحفظ فيه.</translation>
    </message>
    <message>
        <source>There is nothing to do.</source>
        <translation>لا شيء عليك فعله.</translation>
    </message>
    <message>
        <source>Chats can&apos;t be imported while nothing can be stored on the disk.</source>
        <translation>يتعذّر استيراد المحادثات ما دام الحفظ على القرص متعذّرًا.</translation>
    </message>
    <message>
        <source>Free some space, or give yourself the right to write to the data folder; Samar notices.</source>
        <translation>أفرغ بعض المساحة، أو امنح نفسك حقّ الكتابة في مجلد البيانات، وسينتبه سمر إلى ذلك.</translation>
    </message>
    <message>
        <source>The history was written by a newer Samar.</source>
        <translation>كتب هذا السجلَّ إصدارٌ أحدث من سمر.</translation>
    </message>
    <message>
        <source>Update Samar, or start it with another --data-dir. Nothing was changed.</source>
        <translation>حدّث سمر، أو شغّله مع ‎--data-dir‎ آخر. لم يتغيّر شيء.</translation>
    </message>
    <message>
        <source>Another program holds the history.</source>
        <translation>يمسك برنامج آخر بسجلّ المحادثات.</translation>
    </message>
    <message>
        <source>Close it and try again.</source>
        <translation>أغلقه ثم حاول من جديد.</translation>
    </message>
    <message>
        <source>The history could not be written: {reason}.</source>
        <translation>تعذّرت كتابة سجلّ المحادثات: {reason}.</translation>
    </message>
    <message>
        <source>Check the disk, then send again.</source>
        <translation>افحص القرص، ثم أرسل من جديد.</translation>
    </message>
    <message>
        <source>The history file is damaged, so this could not be read or saved.</source>
        <translation>ملف السجلّ تالف، فتعذّرت القراءة أو الحفظ.</translation>
    </message>
    <message>
        <source>Close Samar and start it again: it then opens the last backup.</source>
        <translation>أغلق سمر وشغّله من جديد، وعندئذٍ يفتح آخر نسخة احتياطية.</translation>
    </message>
    <message>
        <source>This chat or message is not there any more.</source>
        <translation>لم تعد هذه المحادثة أو الرسالة موجودة.</translation>
    </message>
    <message>
        <source>It may have been deleted in another window of Samar.</source>
        <translation>لعلّها حُذفت في نافذة أخرى من سمر.</translation>
    </message>
    <message>
        <source>{name} can&apos;t be read: {reason}.</source>
        <translation>تتعذّر قراءة {name}: {reason}.</translation>
    </message>
    <message>
        <source>Check the file&apos;s permissions, or choose another file.</source>
        <translation>تحقّق من أذون الملف، أو اختر ملفًا آخر.</translation>
    </message>
    <message>
        <source>{name} holds no chats that Samar knows how to read.</source>
        <translation>ليس في {name} محادثات يعرف سمر قراءتها.</translation>
    </message>
    <message>
        <source>Choose an export of Samar, ChatGPT, Open WebUI or Jan.</source>
        <translation>اختر ملفًا صُدّر من Samar أو ChatGPT أو Open WebUI أو Jan.</translation>
    </message>
    <message>
        <source>{name} is damaged or cut short: {reason}.</source>
        <translation>الملف {name} تالف أو ناقص: {reason}.</translation>
    </message>
    <message>
        <source>Export it again where it came from. Nothing was imported.</source>
        <translation>صدّره من مصدره من جديد. لم يُستورد شيء.</translation>
    </message>
    <message>
        <source>{name} is too large to import: {size}, and {limit} is the most.</source>
        <translation>{name} أكبر من أن يُستورد: حجمه {size}، والحدّ {limit}.</translation>
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
        <source>Something in Samar went wrong ({what}).</source>
        <translation>حدث خلل في سمر ({what}).</translation>
    </message>
    <message>
        <source>Nothing is lost; the log has the details. If it happens again, start Samar anew.</source>
        <translation>لم يضع شيء، والتفاصيل في السجلّ. إن تكرّر ذلك فأعد تشغيل سمر.</translation>
    </message>
    <message>
        <source>Another version of Samar was installed while this one is open.</source>
        <translation>ثُبِّت إصدار آخر من سمر وهذا الإصدار مفتوح.</translation>
    </message>
    <message>
        <source>Close Samar and open it again; until then some things may not work.</source>
        <translation>أغلق سمر وافتحه من جديد؛ فإلى ذلك الحين قد لا تعمل بعض الأشياء.</translation>
    </message>
    <message>
        <source>The settings could not be read. They were set aside as {aside}.</source>
        <translation>تعذّرت قراءة الإعدادات. حُفظت جانبًا باسم {aside}.</translation>
    </message>
    <message>
        <source>Samar uses its own defaults until you change them.</source>
        <translation>يستعمل سمر قيمه الأصلية إلى أن تغيّرها.</translation>
    </message>
    <message>
        <source>The list of models can&apos;t be read: {reason}.</source>
        <translation>تتعذّر قراءة قائمة النماذج: {reason}.</translation>
    </message>
    <message>
        <source>Install Samar again; models on this computer work without the list.</source>
        <translation>أعد تثبيت سمر؛ النماذج على هذا الحاسوب تعمل من دون القائمة.</translation>
    </message>
    <message>
        <source>The list of your models could not be read. It was set aside as {aside}.</source>
        <translation>تعذّرت قراءة قائمة نماذجك. حُفظت جانبًا باسم {aside}.</translation>
    </message>
    <message>
        <source>Samar finds the models on this computer again; add your own folders once more.</source>
        <translation>يجد سمر النماذج على هذا الحاسوب من جديد؛ أضف مجلداتك مرة أخرى.</translation>
    </message>
    <message>
        <source>The list of your models could not be saved: {reason}.</source>
        <translation>تعذّر حفظ قائمة نماذجك: {reason}.</translation>
    </message>
    <message>
        <source>Free some space, or give yourself the right to write to {folder}.</source>
        <translation>أفرغ بعض المساحة، أو امنح نفسك إذن الكتابة في {folder}.</translation>
    </message>
    <message>
        <source>There is no model called {name} here.</source>
        <translation>ليس هنا نموذج اسمه {name}.</translation>
    </message>
    <message>
        <source>See what there is with “samar models list”.</source>
        <translation>انظر ما هو موجود بالأمر «samar models list».</translation>
    </message>
    <message>
        <source>{count} models here are called {name}.</source>
        <translation>هنا نماذج عددها {count} اسمها {name}.</translation>
    </message>
    <message>
        <source>Say which one by its id: {ids}.</source>
        <translation>عيّن واحدًا منها بمعرّفه: {ids}.</translation>
    </message>
    <message>
        <source>{name} was not downloaded by Samar, so its file stays where it is.</source>
        <translation>لم ينزّل سمر {name}، فيبقى ملفه في مكانه.</translation>
    </message>
    <message>
        <source>It was taken off the list; delete the file yourself if you want its space.</source>
        <translation>رُفع من القائمة؛ احذف الملف بنفسك إن أردت مساحته.</translation>
    </message>
    <message>
        <source>{name} could not be moved to the bin: {reason}.</source>
        <translation>تعذّر نقل {name} إلى السلة: {reason}.</translation>
    </message>
    <message>
        <source>Close what uses the file, or delete it in your file manager.</source>
        <translation>أغلق ما يستعمل الملف، أو احذفه من مدير الملفات.</translation>
    </message>
    <message>
        <source>There is no model in {name}.</source>
        <translation>ليس في {name} نموذج.</translation>
    </message>
    <message>
        <source>Choose a .gguf file, a folder with some, or a checkpoint&apos;s folder to convert.</source>
        <translation>اختر ملف ‎.gguf‎، أو مجلدًا فيه ملفات منها، أو مجلد نموذج ليُحوَّل.</translation>
    </message>
    <message>
        <source>{name} is a checkpoint that must be converted first.</source>
        <translation>{name} نموذج يجب تحويله أولًا.</translation>
    </message>
    <message>
        <source>Run “samar convert {name}”, or drop the folder on the window.</source>
        <translation>شغّل الأمر «samar convert {name}»، أو أسقط المجلد على النافذة.</translation>
    </message>
    <message>
        <source>{name} is not what was downloaded: its checksum is another one.</source>
        <translation>ليس {name} ما نُزّل: مجموعه الاختباري مختلف.</translation>
    </message>
    <message>
        <source>Remove it and download it again.</source>
        <translation>أزله ونزّله من جديد.</translation>
    </message>
    <message>
        <source>Samar never uses the network as long as you have not allowed it.</source>
        <translation>لا يستعمل سمر الشبكة ما لم تسمح له.</translation>
    </message>
    <message>
        <source>Allow the network in the settings, or add --network in the terminal.</source>
        <translation>اسمح بالشبكة في الإعدادات، أو أضف ‎--network‎ في الطرفية.</translation>
    </message>
    <message>
        <source>{host} can&apos;t be reached: {reason}.</source>
        <translation>يتعذّر الوصول إلى {host}: {reason}.</translation>
    </message>
    <message>
        <source>Check the connection or the proxy and try again; what came so far is kept.</source>
        <translation>تحقّق من الاتصال أو الوكيل وحاول من جديد؛ ما وصل محفوظ.</translation>
    </message>
    <message>
        <source>The connection to {host} is not trusted: {reason}.</source>
        <translation>الاتصال بـ {host} غير موثوق: {reason}.</translation>
    </message>
    <message>
        <source>Check the computer&apos;s clock, and whether your network&apos;s certificate is installed.</source>
        <translation>تحقّق من ساعة الحاسوب، ومن أن شهادة شبكتك مثبّتة.</translation>
    </message>
    <message>
        <source>{repo} is given only to those who are signed in, or it does not exist.</source>
        <translation>لا يُعطى {repo} إلا لمن سجّل دخوله، أو هو غير موجود.</translation>
    </message>
    <message>
        <source>Make a token in your account on the Hub and give it to Samar, then try again.</source>
        <translation>أنشئ رمز دخول في حسابك على Hugging Face وأعطه لسمر، ثم حاول من جديد.</translation>
    </message>
    <message>
        <source>Access to {repo} must be asked for.</source>
        <translation>يجب طلب الإذن للوصول إلى {repo}.</translation>
    </message>
    <message>
        <source>Accept its terms on its page on the Hub while signed in, then try again.</source>
        <translation>اقبل شروطه في صفحته على Hugging Face بعد تسجيل الدخول، ثم حاول من جديد.</translation>
    </message>
    <message>
        <source>Access to {repo} must be asked for, and Samar has no token that says who you are.</source>
        <translation>يجب طلب الإذن للوصول إلى {repo}، وليس لدى سمر رمز دخول يعرّف بك.</translation>
    </message>
    <message>
        <source>Accept its terms on its page on the Hub, then give Samar a token of your account (in the terminal: HF_TOKEN).</source>
        <translation>اقبل شروطه في صفحته على Hugging Face، ثم أعطِ سمر رمز دخول من حسابك (وفي الطرفية: HF_TOKEN).</translation>
    </message>
    <message>
        <source>{name} is not on the Hub, or not any more.</source>
        <translation>ليس {name} على Hugging Face، أو لم يعد هناك.</translation>
    </message>
    <message>
        <source>Search for the model: it may have moved.</source>
        <translation>ابحث عن النموذج: لعلّه انتقل.</translation>
    </message>
    <message>
        <source>The Hub asks to wait {wait} seconds: too many requests.</source>
        <translation>يطلب Hugging Face الانتظار، والمدة بالثواني {wait}: الطلبات كثيرة.</translation>
    </message>
    <message>
        <source>Try again after that; with a token the limit is higher.</source>
        <translation>حاول بعد ذلك؛ الحدّ أعلى مع رمز دخول.</translation>
    </message>
    <message>
        <source>{name} is larger than what the Hub sends as one file.</source>
        <translation>{name} أكبر مما يرسله Hugging Face ملفًا واحدًا.</translation>
    </message>
    <message>
        <source>Choose a smaller quantization, or one that comes in parts.</source>
        <translation>اختر تكميمًا أصغر، أو ملفًا مقسّمًا إلى أجزاء.</translation>
    </message>
    <message>
        <source>The Hub answered with an error ({reason}).</source>
        <translation>ردّ Hugging Face بخطأ ({reason}).</translation>
    </message>
    <message>
        <source>Try again later; what came so far is kept.</source>
        <translation>حاول لاحقًا؛ ما وصل محفوظ.</translation>
    </message>
    <message>
        <source>What came of {name} is not what the Hub promised: {reason}.</source>
        <translation>ما وصل من {name} ليس ما وعد به Hugging Face: {reason}.</translation>
    </message>
    <message>
        <source>It was thrown away. Download it again.</source>
        <translation>رُمي ما وصل. نزّله من جديد.</translation>
    </message>
    <message>
        <source>{name} needs {needed} on the disk and {free} are free.</source>
        <translation>يحتاج {name} إلى {needed} على القرص، والخالي {free}.</translation>
    </message>
    <message>
        <source>Free some space, or choose a smaller file.</source>
        <translation>أفرغ بعض المساحة، أو اختر ملفًا أصغر.</translation>
    </message>
    <message>
        <source>{folder} can&apos;t be written to: {reason}.</source>
        <translation>تتعذّر الكتابة في {folder}: {reason}.</translation>
    </message>
    <message>
        <source>Give yourself the right to write there, or choose another folder for models.</source>
        <translation>امنح نفسك إذن الكتابة فيه، أو اختر مجلدًا آخر للنماذج.</translation>
    </message>
    <message>
        <source>Another Samar is downloading {name} already.</source>
        <translation>نسخة أخرى من سمر تنزّل {name} الآن.</translation>
    </message>
    <message>
        <source>Wait for it to end: the model then appears here too.</source>
        <translation>انتظر حتى تنتهي: يظهر النموذج هنا أيضًا.</translation>
    </message>
    <message>
        <source>This computer has no keyring that could keep the token: {reason}.</source>
        <translation>ليس في هذا الحاسوب حافظة مفاتيح تحفظ رمز الدخول: {reason}.</translation>
    </message>
    <message>
        <source>Set HF_TOKEN in the environment instead; Samar never writes a token to a file.</source>
        <translation>عيّن HF_TOKEN في البيئة بدلًا من ذلك؛ لا يكتب سمر رمز دخول في ملف أبدًا.</translation>
    </message>
    <message>
        <source>What was written so far does not obey the grammar, so it can&apos;t be continued.</source>
        <translation>ما كُتب حتى الآن لا يطابق القالب، فلا يمكن إكماله.</translation>
    </message>
    <message>
        <source>Regenerate the reply, or continue it without the grammar.</source>
        <translation>أعد توليد الردّ، أو أكمله من دون القالب.</translation>
    </message>
    <message>
        <source>The JSON schema can&apos;t be read: {reason}.</source>
        <translation>لا يمكن قراءة مخطط JSON: {reason}.</translation>
    </message>
    <message>
        <source>The JSON schema asks for what a reply can&apos;t be held to: {keyword}.</source>
        <translation>يطلب مخطط JSON ما لا يمكن إلزام الردّ به: {keyword}.</translation>
    </message>
    <message>
        <source>Take that part out, or send without a schema.</source>
        <translation>احذف ذلك الجزء، أو أرسل من دون مخطط.</translation>
    </message>
    <message>
        <source>Install one, such as Noto Sans Arabic, and start Samar again.</source>
        <translation>ثبّت خطًّا مثل Noto Sans Arabic ثم شغّل سمر من جديد.</translation>
    </message>
    <message>
        <source>Samar is open already, but its window does not answer.</source>
        <translation>سمر مفتوح من قبل، لكن نافذته لا تستجيب.</translation>
    </message>
    <message>
        <source>Wait a moment and try again, or end it and start it anew.</source>
        <translation>انتظر قليلًا ثم حاول مرة أخرى، أو أنهِه وشغّله من جديد.</translation>
    </message>
    <message>
        <source>This copy of Samar does not know a release page.</source>
        <translation>لا تعرف هذه النسخة من سمر صفحة إصدارات.</translation>
    </message>
    <message>
        <source>Get newer versions where you got this one.</source>
        <translation>احصل على الإصدارات الأحدث من حيث حصلت على هذه.</translation>
    </message>
    <message>
        <source>This Samar runs from its source code and is not updated by itself.</source>
        <translation>يعمل سمر هذا من مصدره البرمجي ولا يحدّث نفسه.</translation>
    </message>
    <message>
        <source>Bring the source up to date and start it again.</source>
        <translation>حدّث المصدر ثم شغّله من جديد.</translation>
    </message>
    <message>
        <source>The release page at {host} can&apos;t be reached: {reason}.</source>
        <translation>تعذّر الوصول إلى صفحة الإصدارات في {host}: {reason}.</translation>
    </message>
    <message>
        <source>Check the connection or the proxy and try again.</source>
        <translation>تحقّق من الاتصال أو الوكيل (البروكسي) ثم حاول مرة أخرى.</translation>
    </message>
    <message>
        <source>The release page answered with an error ({status}).</source>
        <translation>أجابت صفحة الإصدارات بخطأ ({status}).</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>أعد المحاولة لاحقًا.</translation>
    </message>
    <message>
        <source>The release page sends Samar to {host}, which is not its own.</source>
        <translation>تحيل صفحة الإصدارات سمر إلى {host}، وهو ليس من مواقعها.</translation>
    </message>
    <message>
        <source>Nothing was fetched from there. Try again on another network.</source>
        <translation>لم يُنزَّل شيء من هناك. حاول من شبكة أخرى.</translation>
    </message>
    <message>
        <source>What the release page says can&apos;t be read.</source>
        <translation>تعذّرت قراءة ما تقوله صفحة الإصدارات.</translation>
    </message>
    <message>
        <source>Try again later; nothing was changed.</source>
        <translation>حاول لاحقًا؛ لم يتغيّر شيء.</translation>
    </message>
    <message>
        <source>Version {version} was published without its checksums or their signature.</source>
        <translation>نُشر الإصدار {version} بلا مجاميع التحقق أو بلا توقيعها.</translation>
    </message>
    <message>
        <source>Try again later; nothing was fetched.</source>
        <translation>حاول لاحقًا؛ لم يُنزَّل شيء.</translation>
    </message>
    <message>
        <source>Version {version} has no file for this computer.</source>
        <translation>ليس في الإصدار {version} ملف لهذا الحاسوب.</translation>
    </message>
    <message>
        <source>Look at the release page in a browser.</source>
        <translation>انظر في صفحة الإصدارات بالمتصفّح.</translation>
    </message>
    <message>
        <source>What was published is not signed by the makers of Samar.</source>
        <translation>ما نُشر لم يوقّعه صانعو سمر.</translation>
    </message>
    <message>
        <source>Nothing was kept. Do not install it from elsewhere either.</source>
        <translation>لم يُحتفظ بشيء منه. لا تثبّته من مكان آخر أيضًا.</translation>
    </message>
    <message>
        <source>The release page offers version {version}, but the signature is of another one.</source>
        <translation>تعرض صفحة الإصدارات الإصدار {version}، لكن التوقيع لإصدار آخر.</translation>
    </message>
    <message>
        <source>Nothing was kept. Try again later, or on another network.</source>
        <translation>لم يُحتفظ بشيء. حاول لاحقًا أو من شبكة أخرى.</translation>
    </message>
    <message>
        <source>{name} is not what was published: its checksum is another one.</source>
        <translation>ليس {name} ما نُشر: مجموع التحقق مختلف.</translation>
    </message>
    <message>
        <source>It was thrown away. Try again later, or on another network.</source>
        <translation>حُذف. حاول لاحقًا أو من شبكة أخرى.</translation>
    </message>
    <message>
        <source>Only a part of {name} came.</source>
        <translation>لم يصل من {name} إلا جزء.</translation>
    </message>
    <message>
        <source>It was thrown away. Check the connection and try again.</source>
        <translation>حُذف. تحقّق من الاتصال ثم حاول مرة أخرى.</translation>
    </message>
    <message>
        <source>{name} is larger than the release page says.</source>
        <translation>حجم {name} أكبر مما تقوله صفحة الإصدارات.</translation>
    </message>
    <message>
        <source>The settings were written by a newer Samar. They are kept as {aside}.</source>
        <translation>كتب هذه الإعداداتِ إصدارٌ أحدث من سمر. حُفظت باسم {aside}.</translation>
    </message>
    <message>
        <source>Update Samar to use them again; until then it uses what it understands of them.</source>
        <translation>حدّث سمر لتستعملها من جديد؛ وإلى ذلك الحين يستعمل ما يفهمه منها.</translation>
    </message>
    <message>
        <source>The adapter {adapter} was made for another model than {name}.</source>
        <translation>المهايئ {adapter} صُنع لنموذج غير {name}.</translation>
    </message>
    <message>
        <source>Choose an adapter made for this model, or take it off in the model&apos;s settings.</source>
        <translation>اختر مهايئًا صُنع لهذا النموذج، أو انزعه من إعدادات النموذج.</translation>
    </message>
    <message>
        <source>The adapter {adapter} works only behind the text that it was trained with (aLoRA).</source>
        <translation>المهايئ {adapter} لا يعمل إلا بعد النص الذي دُرِّب معه (aLoRA).</translation>
    </message>
    <message>
        <source>Samar can&apos;t use adapters of this kind; choose another one.</source>
        <translation>لا يستعمل سمر مهايئات من هذا النوع؛ اختر غيره.</translation>
    </message>
    <message>
        <source>{name} is no LoRA adapter in GGUF.</source>
        <translation>{name} ليس مهايئ LoRA بصيغة GGUF.</translation>
    </message>
    <message>
        <source>Choose an adapter; one of Hugging Face can be converted with “samar convert”.</source>
        <translation>اختر مهايئًا؛ ومهايئات Hugging Face تُحوَّل بالأمر «samar convert».</translation>
    </message>
    <message>
        <source>Correct the schema, or send without it.</source>
        <translation>صحّح المخطط، أو أرسل من دونه.</translation>
    </message>
    <message>
        <source>Its {quantization} file would fit: get that one, or close other programs.</source>
        <translation>ملفه بصيغة {quantization} تتسع له الذاكرة: احصل عليه، أو أغلق برامج أخرى.</translation>
    </message>
    <message>
        <source>{draft} can&apos;t write ahead for {name}: their vocabularies are not the same.</source>
        <translation>لا يستطيع {draft} أن يكتب مسبقًا لـ{name}: مفرداتهما ليست واحدة.</translation>
    </message>
    <message>
        <source>Choose a smaller model of the same family as the draft model, or none.</source>
        <translation>اختر نموذجًا أصغر من العائلة نفسها نموذجًا للمسوّدة، أو لا تختر شيئًا.</translation>
    </message>
    <message>
        <source>{name} can&apos;t see images: it has no projector file.</source>
        <translation>لا يستطيع {name} رؤية الصور: ليس معه ملف مُسقِط.</translation>
    </message>
    <message>
        <source>Put the projector (mmproj….gguf) beside the model, or choose one that sees images.</source>
        <translation>ضع المُسقِط (‎mmproj….gguf‎) بجوار النموذج، أو اختر نموذجًا يرى الصور.</translation>
    </message>
    <message>
        <source>The projector {projector} does not belong to {name}.</source>
        <translation>المُسقِط {projector} لا يخصّ {name}.</translation>
    </message>
    <message>
        <source>Get the projector that was made for this model, or send without images.</source>
        <translation>احصل على المُسقِط المصنوع لهذا النموذج، أو أرسل من دون صور.</translation>
    </message>
    <message>
        <source>The image {name} can&apos;t be read: it is damaged, or no image.</source>
        <translation>تتعذّر قراءة الصورة {name}: إما تالفة وإما ليست صورة.</translation>
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
        <source>No font on this computer has Arabic letters, so Samar speaks English for now.</source>
        <translation>ليس في هذا الحاسوب خطّ فيه حروف عربية، فيتكلّم سمر الإنجليزية إلى حين.</translation>
    </message>
    <message>
        <source>Samar could not open its window ({what}). Your chats in {folder} were left as they are.</source>
        <translation>تعذّر على سمر أن يفتح نافذته ({what}). محادثاتك في {folder} باقية كما هي.</translation>
    </message>
    <message>
        <source>Start Samar with --data-dir and another folder to go on, and report this with the log {log}; “samar chat” works in a terminal.</source>
        <translation>لتتابع العمل شغّل سمر مع ‎--data-dir ومجلد آخر، وأبلغ عن هذا مع السجلّ {log}؛ ويعمل الأمر «samar chat» في الطرفية.</translation>
    </message>
    <message>
        <source>The settings file {name} can&apos;t be read now: {reason}.</source>
        <translation>تتعذّر الآن قراءة ملف الإعدادات {name}: {reason}.</translation>
    </message>
    <message>
        <source>Samar uses its own defaults for now. The file stays as it is; what you change is added to it.</source>
        <translation>يستعمل سمر قيمه الأصلية في هذه الأثناء. يبقى الملف كما هو، ويُضاف إليه ما تغيّره.</translation>
    </message>
    <message>
        <source>Some settings could not be read: {fields}. The file as it was is kept as {aside}.</source>
        <translation>تعذّرت قراءة بعض الإعدادات: {fields}. حُفظ الملف كما كان باسم {aside}.</translation>
    </message>
    <message>
        <source>For these Samar uses its own defaults until you change them; the others hold.</source>
        <translation>يستعمل سمر لها قيمه الأصلية إلى أن تغيّرها، وسائر الإعدادات باقية.</translation>
    </message>
    <message>
        <source>The list of your models can&apos;t be read now: {reason}.</source>
        <translation>تتعذّر الآن قراءة قائمة نماذجك: {reason}.</translation>
    </message>
    <message>
        <source>It stays as it is, and is read again when you look at your models the next time.</source>
        <translation>تبقى كما هي، وتُقرأ من جديد حين تنظر في نماذجك المرة القادمة.</translation>
    </message>
    <message>
        <source>Some of the list of your models could not be read. The file as it was is kept as {aside}.</source>
        <translation>تعذّرت قراءة جزء من قائمة نماذجك. حُفظ الملف كما كان باسم {aside}.</translation>
    </message>
    <message>
        <source>The rest of it holds. Add what is missing once more.</source>
        <translation>سائر القائمة باقٍ. أضف ما ينقصها مرة أخرى.</translation>
    </message>
    <message>
        <source>The name of {name}, or of a folder it is in, is no valid text (UTF-8).</source>
        <translation>اسم {name}، أو اسم مجلد هو فيه، ليس نصًّا صحيحًا (UTF-8).</translation>
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
        <source>Get a file of a common type, such as Q4_K_M, or update Samar.</source>
        <translation>نزّل ملفًا من نوع شائع مثل Q4_K_M، أو حدّث سمر.</translation>
    </message>
    <message>
        <source>{name} holds its part for images in the same file, as only Ollama reads it.</source>
        <translation>في {name} الجزءُ الخاص بالصور داخل الملف نفسه، ولا يقرأ ذلك إلا Ollama.</translation>
    </message>
    <message>
        <source>Get the model from the Hub: there that part is a file of its own (mmproj).</source>
        <translation>نزّل النموذج من Hub: هناك يكون ذلك الجزء ملفًا مستقلًّا (mmproj).</translation>
    </message>
    <message>
        <source>Something went wrong with the models ({reason}).</source>
        <translation>حدث خطأ في صفحة النماذج ({reason}).</translation>
    </message>
    <message>
        <source>Try again. If it happens again, send a report from the settings’ Help page.</source>
        <translation>أعد المحاولة. وإن تكرر الخطأ فأرسل تقريرًا من صفحة المساعدة في الإعدادات.</translation>
    </message>
    <message>
        <source>The history file was damaged, but all that it holds could be read. It was written anew.</source>
        <translation>كان ملف سجلّ المحادثات تالفًا، لكن أمكنت قراءة كل ما فيه. كُتب من جديد.</translation>
    </message>
    <message>
        <source>The history file was not there any more. The backup of {date} is open.</source>
        <translation>لم يعد ملف سجلّ المحادثات موجودًا. فُتحت النسخة الاحتياطية بتاريخ {date}.</translation>
    </message>
    <message>
        <source>If you moved the file, close Samar and put it back. The backups are in {folder}.</source>
        <translation>إن كنت نقلت الملف فأغلق سمر وأعده إلى مكانه. النسخ الاحتياطية في {folder}.</translation>
    </message>
    <message>
        <source>The history file was not there any more, and no backup in {folder} can be opened.</source>
        <translation>لم يعد ملف سجلّ المحادثات موجودًا، ولا تُفتح أي نسخة احتياطية في {folder}.</translation>
    </message>
    <message>
        <source>If you moved the file, close Samar and put it back; until then Samar goes on with an empty history.</source>
        <translation>إن كنت نقلت الملف فأغلق سمر وأعده إلى مكانه؛ وحتى ذلك الحين يتابع سمر بسجلّ فارغ.</translation>
    </message>
    <message>
        <source>The damaged file is kept as {aside}. Texts may have changed where the damage was: SQLite can&apos;t tell.</source>
        <translation>الملف التالف محفوظ باسم {aside}. ربما تغيّرت نصوص في موضع التلف، فلا سبيل لـ SQLite إلى معرفة ذلك.</translation>
    </message>
    <message>
        <source>There is no connection to the internet, or {host} is not known here.</source>
        <translation>لا يوجد اتصال بالإنترنت، أو أن {host} غير معروف هنا.</translation>
    </message>
    <message>
        <source>Connect the computer and try again; what came so far is kept.</source>
        <translation>صِل الحاسوب بالإنترنت ثم أعد المحاولة؛ وما وصل حتى الآن محفوظ.</translation>
    </message>
    <message>
        <source>The proxy of this computer can&apos;t be used: {reason}.</source>
        <translation>لا يمكن استعمال الوكيل (proxy) المضبوط في هذا الحاسوب: {reason}.</translation>
    </message>
    <message>
        <source>Set ALL_PROXY, HTTP_PROXY and HTTPS_PROXY to a http, https or socks5 address.</source>
        <translation>اضبط ALL_PROXY وHTTP_PROXY وHTTPS_PROXY على عنوان http أو https أو socks5.</translation>
    </message>
    <message>
        <source>The proxy {proxy} did not lead to {host}: {reason}.</source>
        <translation>لم يوصل الوكيل {proxy} إلى {host}: {reason}.</translation>
    </message>
    <message>
        <source>Check whether the proxy or VPN program runs; what came so far is kept.</source>
        <translation>تأكّد من أن برنامج الوكيل أو VPN يعمل؛ وما وصل حتى الآن محفوظ.</translation>
    </message>
    <message>
        <source>What {host} said of {name} can&apos;t be understood.</source>
        <translation>لا يمكن فهم ما قاله {host} عن {name}.</translation>
    </message>
    <message>
        <source>Try again later, or look at its page in a browser.</source>
        <translation>أعد المحاولة لاحقًا، أو انظر صفحته في المتصفح.</translation>
    </message>
    <message>
        <source>{host} is asked without encryption, so your token was not sent to it.</source>
        <translation>الاتصال بـ {host} بلا تشفير، فلم يُرسل رمزك إليه.</translation>
    </message>
    <message>
        <source>Set HF_ENDPOINT to an address that begins with https.</source>
        <translation>اضبط HF_ENDPOINT على عنوان يبدأ بـ https.</translation>
    </message>
    <message>
        <source>{repo} holds no GGUF file, but weights that can be converted.</source>
        <translation>ليس في {repo} ملف GGUF، بل أوزان يمكن تحويلها.</translation>
    </message>
    <message>
        <source>Run “samar convert {repo} --network”, or look for a repository with GGUF files.</source>
        <translation>شغّل «samar convert {repo} --network»، أو ابحث عن صفحة فيها ملفات GGUF.</translation>
    </message>
    <message>
        <source>{repo} holds no model that Samar can use.</source>
        <translation>ليس في {repo} نموذج يستطيع سمر استعماله.</translation>
    </message>
    <message>
        <source>Look for a repository with GGUF files.</source>
        <translation>ابحث عن صفحة فيها ملفات GGUF.</translation>
    </message>
    <message>
        <source>{repo} holds no file of the type {type}.</source>
        <translation>ليس في {repo} ملف من النوع {type}.</translation>
    </message>
    <message>
        <source>It has: {types}.</source>
        <translation>فيه: {types}.</translation>
    </message>
    <message>
        <source>Reading {name} takes more time or memory than a file of chats may.</source>
        <translation>قراءة {name} تستغرق وقتًا أو ذاكرة أكثر مما يُسمح به لملف محادثات.</translation>
    </message>
    <message>
        <source>The model file {name} is not there.</source>
        <translation>ملف النموذج {name} غير موجود.</translation>
    </message>
    <message>
        <source>The printer {name} takes no pages.</source>
        <translation>لا تستقبل الطابعة {name} أي صفحة.</translation>
    </message>
    <message>
        <source>See whether it is on, or choose PDF and print the file.</source>
        <translation>تحقق من أنها تعمل، أو اختر ملف PDF واطبعه.</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>The most able one that fits: it takes {needed} of the {free} that are free, and answers with about {speed} tokens per second.</source>
        <translation>أقدر ما يتّسع له الحاسوب: يأخذ {needed} من {free} متاحة، ويجيب بنحو {speed} رمزًا في الثانية.</translation>
    </message>
    <message>
        <source>The most able one that answers much faster than one reads: about {speed} tokens per second, in {needed} of memory.</source>
        <translation>أقدر ما يجيب أسرع بكثير من القراءة: نحو {speed} رمزًا في الثانية، في {needed} من الذاكرة.</translation>
    </message>
    <message>
        <source>The best Arabic that fits: it takes {needed} of the {free} that are free, and answers with about {speed} tokens per second.</source>
        <translation>أفضل عربية يتّسع لها الحاسوب: يأخذ {needed} من {free} متاحة، ويجيب بنحو {speed} رمزًا في الثانية.</translation>
    </message>
    <message>
        <source>Little memory is free ({free}); this one takes {needed}.</source>
        <translation>الذاكرة المتاحة قليلة ({free})؛ وهذا يأخذ {needed}.</translation>
    </message>
    <message>
        <source>It brings no chat template: ChatML is used, and answers may be odd. It may be a base model.</source>
        <translation>ليس معه قالب محادثة: يُستعمل ChatML، وقد تكون الأجوبة غريبة. لعلّه نموذج أساس.</translation>
    </message>
    <message>
        <source>Its conversion is old and does not say how text is split: answers are worse than they should be.</source>
        <translation>تحويله قديم ولا يذكر كيف يُقسَّم النص: أجوبته أسوأ مما ينبغي.</translation>
    </message>
    <message>
        <source>Its conversion lacks the factors for long texts: beyond 8,192 tokens answers fall apart.</source>
        <translation>ينقص تحويله عوامل النصوص الطويلة: تتفكّك الأجوبة بعد 8,192 رمزًا.</translation>
    </message>
    <message>
        <source>It names no token that ends a reply: it may go on for ever.</source>
        <translation>لا يسمّي رمزًا يُنهي الردّ: قد يستمرّ بلا نهاية.</translation>
    </message>
    <message>
        <source>Its vocabulary and its weights are of different sizes: it may not load.</source>
        <translation>حجم مفرداته يخالف حجم أوزانه: قد لا يُحمَّل.</translation>
    </message>
    <message>
        <source>It was quantized by a very old version: look for a newer file.</source>
        <translation>كُمّم بإصدار قديم جدًّا: ابحث عن ملف أحدث.</translation>
    </message>
    <message>
        <source>It is quantized to fewer than 3 bits for each weight: expect mistakes, in Arabic above all.</source>
        <translation>كُمّم إلى أقلّ من 3 بتات لكل وزن: توقّع أخطاء، وفي العربية خاصة.</translation>
    </message>
    <message>
        <source>It does not say for how long a context it was trained.</source>
        <translation>لا يذكر طول السياق الذي دُرّب عليه.</translation>
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
        <source>Won&apos;t fit</source>
        <translation>لا يتّسع</translation>
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
        <translation>ينزل</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>متوقف مؤقتًا</translation>
    </message>
    <message>
        <source>Waiting for the Hub</source>
        <translation>ينتظر Hugging Face</translation>
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
        <source>Needs {needed} with a context of {context} tokens; {free} are free.</source>
        <translation>يحتاج {needed} مع سياق من {context} رمزًا، والمتاح {free}.</translation>
    </message>
    <message>
        <source>A context of {fitting} tokens fits.</source>
        <translation>يتّسع لسياق من {fitting} رمزًا.</translation>
    </message>
    <message>
        <source>Converted</source>
        <translation>حُوِّل هنا</translation>
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
