<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>AttachmentTray</name>
    <message numerus="yes">
        <source>%n image(s) to be sent</source>
        <translation>
            <numerusform>%n image to be sent</numerusform>
            <numerusform>%n images to be sent</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChatListModel</name>
    <message numerus="yes">
        <source>%n chat(s)</source>
        <translation>
            <numerusform>%n chat</numerusform>
            <numerusform>%n chats</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChatListView</name>
    <message numerus="yes">
        <source>%n chat(s)</source>
        <translation>
            <numerusform>%n chat</numerusform>
            <numerusform>%n chats</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChatPanel</name>
    <message numerus="yes">
        <source>{used} of %n token(s)</source>
        <translation>
            <numerusform>{used} of %n token</numerusform>
            <numerusform>{used} of %n tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Room for about %n token(s).</source>
        <translation>
            <numerusform>Room for about %n token.</numerusform>
            <numerusform>Room for about %n tokens.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The last reply was written without the %n oldest message(s).</source>
        <translation>
            <numerusform>The last reply was written without the oldest message.</numerusform>
            <numerusform>The last reply was written without the %n oldest messages.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>About %n token(s) are kept free for the reply.</source>
        <translation>
            <numerusform>About %n token is kept free for the reply.</numerusform>
            <numerusform>About %n tokens are kept free for the reply.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContextNotice</name>
    <message numerus="yes">
        <source>Summarising the %n oldest message(s)…</source>
        <translation>
            <numerusform>Summarising the %n oldest message…</numerusform>
            <numerusform>Summarising the %n oldest messages…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The chat is longer than what the model keeps in view: %n message(s) after the first question and answer will be left out.</source>
        <translation>
            <numerusform>The chat is longer than what the model keeps in view: %n message after the first question and answer will be left out.</numerusform>
            <numerusform>The chat is longer than what the model keeps in view: %n messages after the first question and answer will be left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>A summary takes the place of the %n oldest message(s), which the model no longer sees.</source>
        <translation>
            <numerusform>A summary takes the place of the %n oldest message, which the model no longer sees.</numerusform>
            <numerusform>A summary takes the place of the %n oldest messages, which the model no longer sees.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The chat is longer than what the model keeps in view: the %n oldest message(s) will be left out.</source>
        <translation>
            <numerusform>The chat is longer than what the model keeps in view: the %n oldest message will be left out.</numerusform>
            <numerusform>The chat is longer than what the model keeps in view: the %n oldest messages will be left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DeletedChatsDialog</name>
    <message numerus="yes">
        <source>erased in %n day(s)</source>
        <translation>
            <numerusform>erased in %n day</numerusform>
            <numerusform>erased in %n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Erase %n chat(s) for good? This can’t be undone.</source>
        <translation>
            <numerusform>Erase this chat for good? This can’t be undone.</numerusform>
            <numerusform>Erase %n chats for good? This can’t be undone.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message numerus="yes">
        <source>%n second(s) left</source>
        <translation>
            <numerusform>%n second left</numerusform>
            <numerusform>%n seconds left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s) left</source>
        <translation>
            <numerusform>%n minute left</numerusform>
            <numerusform>%n minutes left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) left</source>
        <translation>
            <numerusform>%n hour left</numerusform>
            <numerusform>%n hours left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FolderRow</name>
    <message numerus="yes">
        <source>%n model(s)</source>
        <translation>
            <numerusform>%n model</numerusform>
            <numerusform>%n models</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HubPage</name>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageNotice</name>
    <message numerus="yes">
        <source>{name} can’t see images: %n image(s) of this chat will be left out.</source>
        <translation>
            <numerusform>{name} can’t see images: %n image of this chat will be left out.</numerusform>
            <numerusform>{name} can’t see images: %n images of this chat will be left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>A model is shown at most 16 images at once: the %n oldest will be left out.</source>
        <translation>
            <numerusform>A model is shown at most 16 images at once: the oldest one will be left out.</numerusform>
            <numerusform>A model is shown at most 16 images at once: the %n oldest will be left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelLoader</name>
    <message numerus="yes">
        <source>The context is %n token(s): the free memory has room for no more.</source>
        <translation>
            <numerusform>The context is %n token: the free memory has room for no more.</numerusform>
            <numerusform>The context is %n tokens: the free memory has room for no more.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelSettingsDialog</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelsCoordinator</name>
    <message numerus="yes">
        <source>%n model(s) added.</source>
        <translation>
            <numerusform>%n model added.</numerusform>
            <numerusform>%n models added.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PlanCard</name>
    <message numerus="yes">
        <source>about %n minute(s)</source>
        <translation>
            <numerusform>about %n minute</numerusform>
            <numerusform>about %n minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PromptController</name>
    <message numerus="yes">
        <source>%n prompt(s) imported</source>
        <translation>
            <numerusform>%n prompt imported</numerusform>
            <numerusform>%n prompts imported</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SelectionBar</name>
    <message numerus="yes">
        <source>%n chat(s) selected</source>
        <translation>
            <numerusform>%n chat selected</numerusform>
            <numerusform>%n chats selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Automatic leaves room for your other programs. This computer has %n core(s).</source>
        <translation>
            <numerusform>Automatic leaves room for your other programs. This computer has %n core.</numerusform>
            <numerusform>Automatic leaves room for your other programs. This computer has %n cores.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n hour</numerusform>
            <numerusform>%n hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SidebarController</name>
    <message numerus="yes">
        <source>%n chat(s) pinned</source>
        <translation>
            <numerusform>%n chat pinned</numerusform>
            <numerusform>%n chats pinned</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) unpinned</source>
        <translation>
            <numerusform>%n chat unpinned</numerusform>
            <numerusform>%n chats unpinned</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) archived</source>
        <translation>
            <numerusform>%n chat archived</numerusform>
            <numerusform>%n chats archived</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) taken out of the archive</source>
        <translation>
            <numerusform>%n chat taken out of the archive</numerusform>
            <numerusform>%n chats taken out of the archive</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) taken out of the folder</source>
        <translation>
            <numerusform>%n chat taken out of the folder</numerusform>
            <numerusform>%n chats taken out of the folder</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) moved to “{name}”</source>
        <translation>
            <numerusform>%n chat moved to “{name}”</numerusform>
            <numerusform>%n chats moved to “{name}”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) deleted</source>
        <translation>
            <numerusform>%n chat deleted</numerusform>
            <numerusform>%n chats deleted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TokenView</name>
    <message numerus="yes">
        <source>%n token(s) share these letters; together {percent}.</source>
        <translation>
            <numerusform>%n token makes these letters; {percent}.</numerusform>
            <numerusform>%n tokens share these letters; together {percent}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message numerus="yes">
        <source>Thought for %n min</source>
        <translation>
            <numerusform>Thought for %n min</numerusform>
            <numerusform>Thought for %n min</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Thought for %n s</source>
        <translation>
            <numerusform>Thought for %n s</numerusform>
            <numerusform>Thought for %n s</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TransferController</name>
    <message numerus="yes">
        <source>Exporting: {done} of %n chat(s)</source>
        <translation>
            <numerusform>Exporting: {done} of %n chat</numerusform>
            <numerusform>Exporting: {done} of %n chats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Importing: {done} of %n chat(s)</source>
        <translation>
            <numerusform>Importing: {done} of %n chat</numerusform>
            <numerusform>Importing: {done} of %n chats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) exported</source>
        <translation>
            <numerusform>%n chat exported</numerusform>
            <numerusform>%n chats exported</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) imported</source>
        <translation>
            <numerusform>%n chat imported</numerusform>
            <numerusform>%n chats imported</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chat(s) were here already</source>
        <translation>
            <numerusform>%n chat was here already</numerusform>
            <numerusform>%n chats were here already</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>the file is damaged: %n part(s) of it can’t be read</source>
        <translation>
            <numerusform>the file is damaged: one part of it can’t be read</numerusform>
            <numerusform>the file is damaged: %n parts of it can’t be read</numerusform>
        </translation>
    </message>
</context>
</TS>
