"""Pages in the encodings of their time, said rightly, wrongly or not at all."""

# ruff: noqa: E501 - texts of many alphabets, as wide as their letters.

import itertools
import random

TEXTS = {
    "en": "The ferry was late – as ever – and “nobody” minded. It’s the café’s fault. She"
    " paid £3 for the soup… and left. The mayor’s résumé was two pages long. We didn’t ask.",
    "de": "Die Fähre kam zu spät, und niemand störte sich daran. Über der Tür hängt eine"
    " Glocke. Der Bürgermeister aß drei Brötchen. Früher fuhr hier die Straßenbahn. Das"
    " Mädchen lächelte müde.",
    "fr": "Le bac était en retard, mais personne ne s’en plaignait. À l’été, la fête dure"
    " jusqu’au matin. Le maire a mangé trois gâteaux. Où étaient les élèves ? Ça ne coûte"
    " rien, dit-elle. Voilà une drôle d’idée.",
    "es": "El transbordador llegó tarde y nadie se quejó. ¿Quién paga la campana? El niño"
    " comió tres piñas. Aquí pasaba el tranvía hace muchos años. ¡Qué lástima!, dijo la"
    " señora. Mañana será otro día.",
    "pl": "Prom spóźnił się, ale nikt się nie skarżył. Nad drzwiami wisi dzwon. Burmistrz"
    " zjadł trzy bułki. Dawniej jeździł tędy tramwaj. Dziewczyna uśmiechnęła się zmęczona."
    " Źródło jest głębokie, a łąka piękna.",
    "cs": "Převoz měl zpoždění, ale nikdo si nestěžoval. Nade dveřmi visí zvon. Starosta"
    " snědl tři housky. Dříve tudy jezdila tramvaj. Dívka se unaveně usmála. Příští týden"
    " přijede můj bratr.",
    "hu": "A komp késett, de senki sem panaszkodott. Az ajtó fölött egy harang lóg. A"
    " polgármester három zsemlét evett. Régen erre járt a villamos. A lány fáradtan"
    " elmosolyodott. Jövő héten megjön az öcsém, és főzünk.",
    "ru": "Паром опоздал, но никто не жаловался. Над дверью висит колокол. Мэр съел три"
    " булки. Раньше здесь ходил трамвай. Девушка устало улыбнулась. На следующей неделе"
    " приедет мой брат. Всё было хорошо.",
    "uk": "Пором запізнився, але ніхто не скаржився. Над дверима висить дзвін. Мер з’їв три"
    " булки. Колись тут їздив трамвай. Дівчина втомлено усміхнулася. Її брат приїде"
    " наступного тижня.",
    "bg": "Фериботът закъсня, но никой не се оплака. Над вратата виси камбана. Кметът изяде"
    " три хлебчета. Някога тук минаваше трамвай. Момичето се усмихна уморено. Другата"
    " седмица идва брат ми.",
    "el": "Το πλοίο άργησε, αλλά κανείς δεν παραπονέθηκε. Πάνω από την πόρτα κρέμεται μια"
    " καμπάνα. Ο δήμαρχος έφαγε τρία ψωμάκια. Παλιά περνούσε από εδώ το τραμ. Το κορίτσι"
    " χαμογέλασε κουρασμένα.",
    "tr": "Vapur gecikti ama kimse şikâyet etmedi. Kapının üstünde bir çan asılı. Başkan üç"
    " çörek yedi. Eskiden buradan tramvay geçerdi. Kız yorgun yorgun gülümsedi. Ağabeyim"
    " gelecek hafta İzmir’e gidiyor.",
    "he": "המעבורת איחרה, אבל איש לא התלונן. מעל הדלת תלוי פעמון. ראש העיר אכל שלוש"
    " לחמניות. פעם עברה כאן חשמלית. הנערה חייכה בעייפות. בשבוע הבא יבוא אחי.",
    "ar": "تأخرت العبارة، لكن أحدا لم يشتك. فوق الباب جرس معلق. أكل رئيس البلدية ثلاثة"
    " أرغفة. كان الترام يمر من هنا قديما. ابتسمت الفتاة وهي متعبة. سيأتي أخي الأسبوع القادم.",
    "ja": "渡し船は遅れたが、誰も文句を言わなかった。扉の上には鐘が下がっている。市長はパンを"
    "三つ食べた。昔はここを路面電車が走っていた。娘は疲れた顔でほほえんだ。来週、兄が来る。",
    "ko": "나룻배가 늦었지만 아무도 불평하지 않았다. 문 위에는 종이 걸려 있다. 시장은 빵을 세 개"
    " 먹었다. 예전에는 이곳으로 전차가 다녔다. 소녀는 지친 얼굴로 웃었다. 다음 주에 형이 온다.",
    "zh-cn": "渡船晚点了，但是没有人抱怨。门上挂着一口钟。市长吃了三个面包。从前这里有电车经过。"
    "姑娘疲倦地笑了笑。下个星期我的哥哥要来。我们在河边等了很久。",
    "zh-tw": "渡船誤點了，但是沒有人抱怨。門上掛著一口鐘。市長吃了三個麵包。從前這裡有電車經過。"
    "姑娘疲倦地笑了笑。下個星期我的哥哥要來。我們在河邊等了很久。",
    "th": "เรือข้ามฟากมาช้าแต่ไม่มีใครบ่น เหนือประตูมีระฆังแขวนอยู่ นายกเทศมนตรีกินขนมปังสามก้อน"
    " เมื่อก่อนมีรถรางผ่านที่นี่ เด็กสาวยิ้มอย่างเหนื่อยล้า สัปดาห์หน้าพี่ชายของฉันจะมา",
    "lt": "Keltas vėlavo, bet niekas nesiskundė. Virš durų kabo varpas. Meras suvalgė tris"
    " bandeles. Anksčiau čia važiavo tramvajus. Mergina pavargusi nusišypsojo. Kitą savaitę"
    " atvažiuos mano brolis, užsuks į svečius.",
}
# Language: encodings as Python names them, with a name that pages gave.
WRITTEN_IN = {
    "en": (("cp1252", "windows-1252"), ("cp1252", "iso-8859-1"), ("mac_roman", "macintosh")),
    "de": (("cp1252", "iso-8859-1"), ("iso8859_15", "iso-8859-15"), ("mac_roman", "x-mac-roman")),
    "fr": (("cp1252", "ISO-8859-1"), ("mac_roman", "macintosh")),
    "es": (("cp1252", "latin1"), ("cp1252", "windows-1252")),
    "pl": (("iso8859_2", "iso-8859-2"), ("cp1250", "windows-1250")),
    "cs": (("iso8859_2", "ISO-8859-2"), ("cp1250", "windows-1250")),
    "hu": (("iso8859_2", "iso-8859-2"), ("cp1250", "windows-1250")),
    "ru": (("cp1251", "windows-1251"), ("koi8_r", "koi8-r"), ("iso8859_5", "iso-8859-5")),
    "uk": (("cp1251", "windows-1251"), ("koi8_u", "koi8-u")),
    "bg": (("cp1251", "windows-1251"),),
    "el": (("iso8859_7", "iso-8859-7"), ("cp1253", "windows-1253")),
    "tr": (("cp1254", "iso-8859-9"), ("cp1254", "windows-1254")),
    "he": (("cp1255", "windows-1255"), ("iso8859_8", "iso-8859-8")),
    "ar": (("cp1256", "windows-1256"),),
    "ja": (("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP"), ("iso2022_jp", "iso-2022-jp")),
    "ko": (("cp949", "euc-kr"),),
    "zh-cn": (("gb2312", "gb2312"), ("gb18030", "gbk")),
    "zh-tw": (("big5", "big5"),),
    "th": (("cp874", "tis-620"),),
    "lt": (("cp1257", "windows-1257"),),
}  # fmt: skip
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig")
# What a page says of itself beside the truth: nothing, or what its editor put in.
SAID = ("right", "", "iso-8859-1", "utf-8")


def sentences(text):
    for mark in ".。 ":
        if text.count(mark) > 3:
            return [f"{one.strip()}{mark}" for one in text.split(mark) if one.strip()]
    return [text]


def legacy_pages():
    """Yield (name, said, text, bytes): the paragraphs' text and the page it stands in."""
    cases = [
        (language, encoding, label, said)
        for language, some in WRITTEN_IN.items()
        for encoding, label in some
        for said in SAID
    ]
    cases += [
        (language, wide, "", "") for language in ("de", "ru", "ja") for wide in WIDE
    ]
    for round_, (language, encoding, label, said) in itertools.product(range(3), cases):
        source = random.Random(f"{language} {encoding} {said} {round_}")
        some = sentences(TEXTS[language])
        lines = [source.choice(some) for _ in range(source.randint(8, 30))]
        text = "\n".join(lines)
        charset = label if said == "right" else said
        meta = (
            f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
            if charset
            else ""
        )
        body = "".join(f"<p>{line}</p>\n" for line in lines)
        page = f"<html><head>{meta}<title>{round_}</title></head><body>{body}</body></html>"
        content = page.encode(encoding, "xmlcharrefreplace")
        yield f"{language} {encoding}", said or "nothing", text, content
